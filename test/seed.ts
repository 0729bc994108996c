import type { Client, Visitor } from "./client.ts";
import { world } from "./world.ts";

/**
 * Makes the demo world by doing what its people would do: signing in, starting a group, writing a petition, publishing it
 * and signing it. Throws with the page's own words at the first step that is refused.
 */
export async function seed(client: Client): Promise<void> {
  const rosa = await signIn(client, world.organiser);
  await startGroup(rosa, world.group);
  await post(rosa, `/groups/${world.group.slug}/settings`, {
    name: world.group.name,
    description: world.group.description,
    website: world.group.website,
    privacyUrl: world.group.privacyUrl,
    replyTo: world.group.replyTo,
    postalAddress: world.group.postalAddress,
    country: world.group.country,
    locale: "en",
    timeZone: world.group.timeZone,
    currency: world.group.currency,
    optInMode: "unticked",
    consentText: "",
  });
  await post(rosa, `/groups/${world.group.slug}/settings/looks`, { accent: world.group.accent });
  await publishPetition(rosa, world.group.slug, world.petition);
  const vera = await signIn(client, world.stranger);
  await startGroup(vera, { ...world.otherGroup, timeZone: "Europe/Paris", currency: "EUR" });
  for (const supporter of world.supporters) await sign(client, supporter);
}

/** Signs in through the development route, and gives the account its name. */
export async function signIn(client: Client, person: { name: string; email: string }): Promise<Visitor> {
  const visitor = client.visit(client.platformHost);
  await ok(
    await visitor.get(`/dev/sign-in?email=${encodeURIComponent(person.email)}&next=/account`),
    "sign in",
  );
  await post(visitor, "/account", { name: person.name, locale: "en", timeZone: "America/Toronto" });
  return visitor;
}

type GroupToStart = {
  name: string;
  slug: string;
  country: string;
  timeZone: string;
  currency: string;
  /** English unless told. */
  locale?: string;
};

export async function startGroup(visitor: Visitor, group: GroupToStart): Promise<void> {
  const { name, slug, country, timeZone, currency, locale = "en" } = group;
  await post(visitor, "/groups/new", { name, slug, locale, country, timeZone, currency });
}

/** Makes a key of the API that may do everything, and gives it. */
export async function makeKey(visitor: Visitor, group: string, name: string): Promise<string> {
  const made = await visitor.send(`/groups/${group}/integrations/keys`, form({ name, access: "full" }));
  const key = /gs_[A-Za-z0-9]{40}/.exec(await made.text())?.[0];
  if (!key) throw new Error(`the key was refused: ${made.status}`);
  return key;
}

type PetitionToPublish = {
  title: string;
  slug: string;
  ask: string;
  description: string;
  targets: readonly { name: string; title: string }[];
  /** The group's unless told. */
  locale?: string;
};

/** Writes and publishes a petition. Gives the path of its overview. */
export async function publishPetition(
  visitor: Visitor,
  group: string,
  petition: PetitionToPublish,
): Promise<string> {
  const made = await visitor.send(`/groups/${group}/actions/new/petition`, form({ title: petition.title }));
  const path = made.headers.get("location")?.replace(/\/edit.*$/, "");
  if (!path) throw new Error(`the petition was refused: ${made.status}`);
  await post(visitor, `${path}/edit`, {
    version: await versionOf(visitor, `${path}/edit`),
    do: "save",
    title: petition.title,
    slug: petition.slug,
    descriptionSource: petition.description,
    ask: petition.ask,
    ...(petition.locale && { locale: petition.locale }),
    "targets.count": String(petition.targets.length),
    ...Object.fromEntries(
      petition.targets.flatMap(({ name, title }, row) => [
        [`targets.${row}.name`, name],
        [`targets.${row}.title`, title],
      ]),
    ),
  });
  await post(visitor, `${path}/publication`, { version: await versionOf(visitor, `${path}/publication`) });
  return path;
}

type SurveyToPublish = {
  title: string;
  slug: string;
  ride: string;
  rides: readonly string[];
  line: string;
  minutes: string;
  why: string;
  locale?: string;
};

/** Writes and publishes a survey of two pages, one question of which is for some, with its results open. Gives its overview. */
export async function publishSurvey(
  visitor: Visitor,
  group: string,
  survey: SurveyToPublish,
): Promise<string> {
  const { title, slug, locale, ride, rides, line, minutes, why } = survey;
  const made = await visitor.send(`/groups/${group}/actions/new/survey`, form({ title }));
  const path = made.headers.get("location")?.replace(/\/edit.*$/, "");
  if (!path) throw new Error(`the survey was refused: ${made.status}`);
  const questions = [
    { key: "ride", label: ride, type: "radio", choices: rides.join("\n"), isRequired: "yes" },
    { key: "line", label: line, type: "text", showIf: "ride", "showIf.0": rides[0] ?? "" },
    { key: "minutes", label: minutes, type: "number", min: "1", max: "240", page: "2" },
    { key: "why", label: why, type: "paragraph", page: "2" },
  ];
  await post(visitor, `${path}/edit`, {
    ...{ version: await versionOf(visitor, `${path}/edit`), do: "save", title, slug },
    ...(locale && { locale }),
    "hasPublicResults.shown": "yes",
    hasPublicResults: "yes",
    "questions.count": String(questions.length),
    ...Object.fromEntries(
      questions.flatMap((question, row) =>
        Object.entries(question).map(([name, value]) => [`questions.${row}.${name}`, value]),
      ),
    ),
  });
  await post(visitor, `${path}/publication`, { version: await versionOf(visitor, `${path}/publication`) });
  return path;
}

type AddressedToPublish = {
  kind: "letter" | "call";
  title: string;
  slug: string;
  locale?: string;
  /** What the editor is told beside that. */
  fields: Record<string, string>;
};

/** Writes and publishes a letter or a call. Gives the path of its overview. */
export async function publishAddressed(
  visitor: Visitor,
  group: string,
  { kind, title, slug, locale, fields }: AddressedToPublish,
): Promise<string> {
  const made = await visitor.send(`/groups/${group}/actions/new/${kind}`, form({ title }));
  const path = made.headers.get("location")?.replace(/\/edit.*$/, "");
  if (!path) throw new Error(`the ${kind} was refused: ${made.status}`);
  await post(visitor, `${path}/edit`, {
    ...{ version: await versionOf(visitor, `${path}/edit`), do: "save", title, slug },
    ...(locale && { locale }),
    ...fields,
  });
  await post(visitor, `${path}/publication`, { version: await versionOf(visitor, `${path}/publication`) });
  return path;
}

type Signer = {
  givenName: string;
  familyName: string;
  email: string;
  postalCode: string;
  country: string;
  comment: string;
};

/** Signs the demo petition as a browser would. */
export async function sign(client: Client, signer: Signer): Promise<Response> {
  const visitor = client.visit(client.groupHost(world.group.slug));
  const fields = { ...signer, isNamed: "yes", consent: "yes" };
  return ok(await visitor.post(`/petitions/${world.petition.slug}`, fields), `sign as ${signer.givenName}`);
}

function form(fields: Record<string, string>): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  };
}

async function post(visitor: Visitor, path: string, fields: Record<string, string>): Promise<Response> {
  return ok(await visitor.post(path, fields), path);
}

async function versionOf(visitor: Visitor, path: string): Promise<string> {
  const page = await (await ok(await visitor.get(path), path)).text();
  return /name="version" value="(\d+)"/.exec(page)?.[1] ?? "";
}

async function ok(response: Response, what: string): Promise<Response> {
  if (response.ok) return response;
  const words = (await response.text()).replace(/<style>.*?<\/style>|<[^>]+>/gs, " ").replace(/\s+/g, " ");
  throw new Error(`${what}: ${response.status} ${words.slice(0, 500)}`);
}
