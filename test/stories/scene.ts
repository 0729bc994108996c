import type { Client } from "../client.ts";
import { linkIn, waitForMail } from "../mailbox.ts";
import { publishPetition, publishSurvey, signIn } from "../seed.ts";
import { OPERATOR_EMAIL } from "../variables.ts";
import { world } from "../world.ts";
import { type Addressed, setAddressed } from "./addressed.ts";
import { type Gathering, setGathering } from "./gathering.ts";
import { type Giving, setGiving } from "./giving.ts";
import { type Importing, setImporting } from "./importing.ts";
import { type Mailings, setMailings } from "./mailing.ts";
import { fromOwnConnection, type Stage, setStage, signOverHttp, supportersOf, withTag } from "./stage.ts";

/* A group that has something on every page of the product, in two languages. */

export type Language = "en" | "fr";

/** One language's petitions of the group, in every state. */
export type Petitions = { live: Stage; closed: Stage; stopped: Stage };

/** A group with something on each of its pages. */
export type Scene = {
  server: Client;
  /** Who looks at the organisers' pages: each has the language on the account, and may see everything. */
  organisers: Record<Language, string>;
  petitions: Record<Language, Petitions>;
  surveys: Record<Language, { url: string; overview: string }>;
  addressed: Addressed;
  giving: Giving;
  gathering: Record<Language, Gathering>;
  importing: Importing;
  mailings: Mailings;
  /** Below the platform's origin. */
  group: string;
  draft: string;
  operationsGroup: string;
  mail: string;
  signInLink: string;
  invitationLink: string;
};

const invited = withTag(world.coOrganiser.email, "invited");
export const supporters = supportersOf("every-page");
export const newcomer = "newcomer@supporters.example";

/** Makes the group, its petitions in both languages and every state, signers, comments, a removal, a report, mail. */
export async function setScene(server: Client): Promise<Scene> {
  const first = await setStage(server, "every-page");
  const group = `/groups/${first.slug}`;
  const operator = await signIn(server, { name: "Operations", email: OPERATOR_EMAIL });
  const found = await (await operator.get(`/operations/groups?q=${first.slug}`)).text();
  const operationsGroup = /\/operations\/groups\/[0-9a-f-]{36}/.exec(found)?.[0] ?? "";

  const petitionIn = async (
    petition: typeof world.petition | typeof world.frenchPetition,
    suffix: string,
  ) => {
    const slug = `${petition.slug}-${suffix}`;
    const overview = await publishPetition(first.rosa, first.slug, { ...petition, slug });
    const petitionPath = `/petitions/${slug}`;
    return { ...first, overview, petitionPath, petitionUrl: `http://${first.host}${petitionPath}` };
  };
  const petitionsIn = async (petition: typeof world.petition | typeof world.frenchPetition) => {
    const live = await petitionIn(petition, "live");
    const closed = await petitionIn(petition, "closed");
    const stopped = await petitionIn(petition, "stopped");
    await first.rosa.post(`${closed.overview}/closure`, {});
    const id = stopped.overview.split("/").at(-1);
    await operator.post(`${operationsGroup}/actions/${id}/brake`, { brake: "on", reason: "" });
    for (const supporter of supporters) await signOverHttp(server, live, supporter, "?source=flyer");
    await server
      .visit(live.host)
      .post(`${live.petitionPath}/report`, { reason: "false", detail: petition.ask }, fromOwnConnection());
    return { live, closed, stopped };
  };
  const petitions = { en: await petitionsIn(world.petition), fr: await petitionsIn(world.frenchPetition) };

  // The live petition in both languages is one and the same.
  await first.rosa.post(`${petitions.en.live.overview}/translations/link`, {
    other: petitions.fr.live.overview.split("/").at(-1) ?? "",
  });

  await setSharing(petitions);

  const surveyIn = async (survey: typeof world.survey | typeof world.frenchSurvey) => {
    const overview = await publishSurvey(first.rosa, first.slug, survey);
    const path = `/surveys/${survey.slug}`;
    for (const { givenName, familyName, email, country } of supporters) {
      const said = { q_ride: survey.rides[1], q_minutes: "12.5", q_why: survey.line };
      const who = { givenName, familyName, email, country };
      await server.visit(first.host).post(path, { ...who, ...said }, fromOwnConnection());
    }
    return { overview, url: `http://${first.host}${path}` };
  };
  const surveys = { en: await surveyIn(world.survey), fr: await surveyIn(world.frenchSurvey) };

  const made = await first.rosa.send(`${group}/actions/new/petition`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ title: world.petition.title }).toString(),
  });
  const draft = (made.headers.get("location") ?? "").replace(/\/edit.*$/, "");
  const tom = await joinAsOwner(server, first);
  await first.rosa.post(`${group}/settings/invitations`, { addresses: invited, role: "organiser" });
  await server.visit(server.platformHost).post("/sign-in", { email: newcomer, next: "/" });
  const [invitation] = await waitForMail(server, invited);
  const [link] = await waitForMail(server, newcomer);
  if (!invitation || !link) throw new Error("no mail came");
  return {
    server,
    organisers: { en: first.rosaEmail, fr: tom },
    petitions,
    surveys,
    addressed: await setAddressed(server, first),
    giving: await setGiving(server, first),
    gathering: await setGathering(server, first),
    importing: await setImporting(first.rosa, first.slug),
    mailings: await setMailings(first.rosa, first.slug),
    group,
    draft,
    operationsGroup,
    mail: `/dev/mail/${link.id}`,
    signInLink: linkIn(link, "/sign-in/confirm"),
    invitationLink: linkIn(invitation, "/invitations/accept"),
  };
}

/** Tom, whose account speaks French, joins by invitation, and sees all that an owner sees. Gives his address. */
async function joinAsOwner(server: Client, { rosa, slug }: Stage): Promise<string> {
  const email = withTag(world.coOrganiser.email, `${slug}-french`);
  await rosa.post(`/groups/${slug}/settings/invitations`, { addresses: email, role: "owner" });
  const [mail] = await waitForMail(server, email);
  if (!mail) throw new Error("no invitation came");
  const tom = await signIn(server, { name: world.coOrganiser.name, email });
  await tom.post("/account", { name: world.coOrganiser.name, locale: "fr", timeZone: world.group.timeZone });
  const token = new URLSearchParams(linkIn(mail, "/invitations/accept").split("?")[1]).get("token") ?? "";
  await tom.post("/invitations/accept", { token });
  return email;
}

/** Two ways to put it, and a link for each supporter, on the live petitions; some have come by one. */
async function setSharing(petitions: Record<Language, Petitions>): Promise<void> {
  for (const { live } of Object.values(petitions)) {
    const editor = await (await live.rosa.get(`${live.overview}/edit`)).text();
    await live.rosa.post(`${live.overview}/edit`, {
      version: /name="version" value="(\d+)"/.exec(editor)?.[1] ?? "",
      "share.links": "page",
      "share.networks.x": world.petition.title,
      "share.variants.count": "2",
      "share.variants.0.letter": "a",
      "share.variants.0.label": world.petition.title.slice(0, 40),
      "share.variants.1.letter": "b",
      "share.variants.1.label": world.frenchPetition.title.slice(0, 40),
      "share.variants.1.text": world.petition.ask.slice(0, 200),
    });
  }
}

/** Shows one comment and takes one signature out, once D1 has them; so that no list of the scene is empty. */
export async function decideOnSigners({ petitions }: Scene): Promise<void> {
  for (const { live } of Object.values(petitions)) {
    const comments = await (await live.rosa.get(`${live.overview}/comments`)).text();
    const id = /value="show:([0-9a-f-]{36})"/.exec(comments)?.[1] ?? "";
    await live.rosa.post(`${live.overview}/comments`, { state: "waiting", do: `show:${id}` });
    const signers = await (await live.rosa.get(`${live.overview}/signers?q=seun`)).text();
    const ids = /name="ids" value="([0-9a-f-]{36})"/.exec(signers)?.[1] ?? "";
    await live.rosa.post(`${live.overview}/removals`, { ids });
  }
}
