import type { Client, Visitor } from "../client.ts";
import { publishAddressed } from "../seed.ts";
import { world } from "../world.ts";
import { fromOwnConnection } from "./stage.ts";

/** Letters and calls in both languages: to a list, to Congress, and to people named; with a letter and a call made. */
export type Addressed = {
  /** Below the platform's origin. */
  list: string;
  upload: string;
  letters: Record<"en" | "fr", { overview: string; url: string; toCongress: string }>;
  calls: Record<"en" | "fr", { overview: string; url: string }>;
};

type Stage = { rosa: Visitor; slug: string; host: string };

const council = {
  "source.from": "fixed",
  "source.people.count": "2",
  "source.people.0.name": "Helen Brandt",
  "source.people.0.title": "Mayor",
  "source.people.0.email": "mayor.brandt@council.example",
  "source.people.0.phone": "416-555-0100",
  "source.people.1.name": "Ingrid Solheim",
  "source.people.1.title": "Councillor",
  "source.people.1.email": "ingrid.solheim@council.example",
  "source.people.1.phone": "416-555-0141",
};
const congress = { "source.from": "builtin", "source.sets.us-house": "yes", "source.sets.us-senate": "yes" };
const [amina] = world.supporters;

/** Somebody who lives where three congressional districts meet. */
export const inBeverlyHills = { ...personOf(amina), postalCode: "90210", country: "US" };

function personOf({ givenName, familyName, email, country, postalCode }: (typeof world.supporters)[number]) {
  return { givenName, familyName, email: email.replace("@", "+addressed@"), country, postalCode };
}

export async function setAddressed(server: Client, { rosa, slug, host }: Stage): Promise<Addressed> {
  const lettersIn = async (letter: typeof world.letter | typeof world.frenchLetter) => {
    const publish = (suffix: string, to: Record<string, string>) =>
      publishAddressed(rosa, slug, {
        ...{ ...letter, kind: "letter", slug: `${letter.slug}${suffix}` },
        fields: {
          ...to,
          "variants.count": "1",
          "variants.0.subject": letter.subject,
          "variants.0.body": letter.body,
        },
      });
    const overview = await publish("", council);
    await publish("-congress", congress);
    const path = `/letters/${letter.slug}`;
    await server.visit(host).post(path, personOf(amina), fromOwnConnection());
    return { overview, url: `http://${host}${path}`, toCongress: `http://${host}${path}-congress` };
  };
  const callsIn = async (call: typeof world.call | typeof world.frenchCall) => {
    const fields = { ...council, script: call.script };
    const overview = await publishAddressed(rosa, slug, { ...call, kind: "call", fields });
    const path = `/calls/${call.slug}`;
    const said = { ...personOf(amina), step: "2", outcome: "answered" };
    await server.visit(host).post(path, said, fromOwnConnection());
    return { overview, url: `http://${host}${path}` };
  };
  const list = await uploadCouncil(rosa, `/groups/${slug}/targets`);
  return {
    ...list,
    letters: { en: await lettersIn(world.letter), fr: await lettersIn(world.frenchLetter) },
    calls: { en: await callsIn(world.call), fr: await callsIn(world.frenchCall) },
  };
}

/** Uploads the council, takes it, and uploads it once more, to be looked at. */
async function uploadCouncil(rosa: Visitor, path: string): Promise<Pick<Addressed, "list" | "upload">> {
  const upload = async (to: string) => {
    const body = new FormData();
    body.set("name", world.council.name);
    body.set("file", new File([world.council.csv], "council.csv", { type: "text/csv" }));
    const response = await rosa.send(to, { method: "POST", body });
    return response.headers.get("location") ?? "";
  };
  const first = await upload(path);
  await rosa.post(first, {});
  const list = first.replace(/\/uploads\/.*$/, "");
  return { list, upload: await upload(`${list}/uploads`) };
}
