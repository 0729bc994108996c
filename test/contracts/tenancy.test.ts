import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { groupApp, platformApp } from "../../src/app";

const PLATFORM = "http://localhost:8787";

/** Pages anybody may open. Every other route of the platform host must refuse a stranger; a new route is covered on arrival. */
const OPEN = new Set([
  "GET /",
  "GET /health",
  "GET /help",
  "GET /api/v2/openapi.json",
  "GET /docs",
  "GET /docs/",
  "GET /docs/api",
  "GET /docs/v2",
  "GET /docs/v2/:rel",
  "GET /oembed",
  "GET /oembed/",
  "GET /sign-in",
  "POST /sign-in",
  // Believed by its signature alone.
  "POST /webhooks/payments/:provider",
  "POST /webhooks/mail",
  "POST /webhooks/mail/ses",
  // Whoever knows the secret in it.
  "GET /hooks/:secret",
  "POST /hooks/:secret",
  "GET /sign-in/confirm",
  "POST /sign-in/confirm",
  "POST /sign-in/passkey/challenge",
  "POST /sign-in/passkey",
  "POST /sign-out",
  "GET /invitations/accept",
  "POST /invitations/accept",
  "POST /invitations/sign-in",
]);
/** What the lowest role may reach below a group: its home, its actions and the way out. People's data is not among it. */
const ORGANISER_MAY =
  /^\/groups\/:group(\/departure|\/search|\/questions(\/.*)?|\/targets(\/.*)?|\/actions(\/new(\/:kind)?|\/:action(\/(edit|embed|print|sharing|translations|history|statistics|results(\.csv)?|plan|series|updates|copies|image|address|slug|publication|preview)(\/.*)?)?)?)?$/;

/** They write mailings, and stop what they sent themselves; who may be mailed, and by whom, is for others. */
const ORGANISER_WRITES =
  /^\/groups\/:group\/mailings(\/(new|editor\.json|numbers(\.csv)?|series(\/:series(\/(pause|resume|stop|copies))?)?|senders|replies|returns|tags(\/(hiding|return|name))?|days(\/:day)?)|\/pictures(\.json|\/:picture(\/(removal|return))?)?|\/topics(\/.*)?|\/merge-files(\/new|\/:file(\/(removal|return|uploads(\/:upload)?))?)?|\/(templates|wrappers|snippets|breakdowns)(\/new|\/:kept(\/(removal|return|preview|languages\/removal))?)?|\/:mailing(\/(variants|languages|alternates)(\/removal)?|\/(presence|preview|target|review|repeat|estimate|tests(\/wanted)?|progress(\.json)?|copies|names|template|merge-file|breakdown|colours|hiding|return|pause|stop|take-back)|\/results(?!\/people).*)?)?$/;

type Route = { method: string; path: string };

function name({ method, path }: Route): string {
  return `${method} ${path}`;
}

/** What is looked at by who writes it, and posted by who publishes. */
const READ_ONLY = /\/(publication|updates)$/;

function organiserMay({ method, path }: Route): boolean {
  if (ORGANISER_WRITES.test(path)) return !(method === "POST" && /\/senders$/.test(path));
  return (
    ORGANISER_MAY.test(path) &&
    // A mail about an update is written by whoever writes mails; what stands on the page is for those who publish.
    !/\/updates\/(?!:no\/mailing$)/.test(path) &&
    !(method === "POST" && READ_ONLY.test(path))
  );
}

const routes: Route[] = [
  ...new Map(
    platformApp.routes
      .filter(({ method, path }) => method !== "ALL" && !path.includes("*"))
      // The id of an action is a UUID, which its route asks for with a pattern.
      .map(({ method, path }) => ({
        method,
        path: path
          .replace(/\/actions\/:id\{.*?\}\}/, "/actions/:action")
          .replace(/:(mailing|kept|reply|picture|file|upload)\{.*?\}\}/g, ":$1"),
      }))
      .map((route) => [name(route), route]),
  ).values(),
];
const development = routes.filter(({ path }) => path.startsWith("/dev/"));
const closed = routes.filter(
  (route) => !OPEN.has(`${route.method} ${route.path}`) && !route.path.startsWith("/dev/"),
);
const ofGroup = closed.filter(({ path }) => path.startsWith("/groups/:group"));
type Person = { cookie: string };
let owner: Person;
let organiser: Person;
let stranger: Person;
let actionId: string;
let foreignActionId: string;

beforeAll(async () => {
  owner = await signIn("owner@walk.example");
  stranger = await signIn("stranger@walk.example");
  organiser = await signIn("organiser@walk.example");
  await post(owner, "/groups/new", {
    name: "Walked",
    slug: "walked",
    locale: "en",
    country: "CA",
    timeZone: "America/Toronto",
    currency: "CAD",
  });
  await post(stranger, "/groups/new", {
    name: "Foreign",
    slug: "foreign",
    locale: "en",
    country: "CA",
    timeZone: "America/Toronto",
    currency: "CAD",
  });
  await env.DIRECTORY.prepare(
    "INSERT INTO memberships (group_no, account_no, role, created_at) SELECT g.group_no, a.account_no, 'organiser', 1 FROM groups g, accounts a WHERE g.slug = 'walked' AND a.email_key = 'organiser@walk.example'",
  ).run();
  actionId = await draft(owner, "walked");
  foreignActionId = await draft(stranger, "foreign");
});

async function signIn(email: string): Promise<Person> {
  const response = await exports.default.fetch(`${PLATFORM}/dev/sign-in?email=${email}`, {
    redirect: "manual",
  });
  return { cookie: (response.headers.get("Set-Cookie") ?? "").split(";")[0] ?? "" };
}

function post(person: Person, path: string, fields: Record<string, string>) {
  return exports.default.fetch(`${PLATFORM}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: { Cookie: person.cookie, Origin: PLATFORM, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });
}

async function draft(person: Person, group: string): Promise<string> {
  const response = await post(person, `/groups/${group}/actions/new/petition`, { title: "A petition" });
  const id = /actions\/([0-9a-f-]{36})/.exec(response.headers.get("Location") ?? "")?.[1];
  if (!id) throw new Error(`no draft was made: ${response.status}`);
  return id;
}

function ask(
  { method, path }: Route,
  person: Person | null,
  fill: { group?: string; action?: string } = {},
  origin = PLATFORM,
) {
  const address = path
    .replace(":group", fill.group ?? "walked")
    .replace(":action", fill.action ?? actionId)
    .replace(":kind", "petition")
    .replace(/:[a-z]+/gi, "00000000-0000-7000-8000-000000000000");
  const body = method === "POST" ? "" : undefined;
  const headers: Record<string, string> =
    method === "POST" ? { Origin: origin, "Content-Type": "application/x-www-form-urlencoded" } : {};
  if (person) headers.Cookie = person.cookie;
  return exports.default.fetch(`${origin}${address}`, { method, body, headers, redirect: "manual" });
}

describe("every route of the platform host", () => {
  it("is known to this walk", () => {
    expect(closed.length).toBeGreaterThan(30);
    expect(ofGroup.length).toBeGreaterThan(20);
  });

  it.each(closed.map((route) => [name(route), route] as const))(
    "%s sends someone without a session away",
    async (_name, route) => {
      const response = await ask(route, null);
      const isSentToSignIn =
        response.status === 303 && (response.headers.get("Location") ?? "").startsWith("/sign-in");
      expect(
        isSentToSignIn || response.status === 401 || response.status === 404,
        String(response.status),
      ).toBe(true);
      expect(response.headers.get("Set-Cookie")).toBeNull();
    },
  );

  it.each(ofGroup.map((route) => [name(route), route] as const))(
    "%s does not exist for a member of another group",
    async (_name, route) => {
      expect((await ask(route, stranger)).status).toBe(404);
      expect((await ask(route, stranger, { group: "no-such-group" })).status).toBe(404);
    },
  );

  it.each(ofGroup.filter((route) => !organiserMay(route)).map((route) => [name(route), route] as const))(
    "%s refuses the lowest role",
    async (_name, route) => {
      expect((await ask(route, organiser)).status).toBe(403);
    },
  );

  it.each(
    ofGroup.filter(({ path }) => path.includes(":action")).map((route) => [name(route), route] as const),
  )("%s knows no action of another group", async (_name, route) => {
    expect((await ask(route, owner, { action: foreignActionId })).status).toBe(404);
  });

  it.each(closed.filter(({ method }) => method === "POST").map((route) => [name(route), route] as const))(
    "%s refuses a form of another site",
    async (_name, route) => {
      const address = route.path
        .replace(":group", "walked")
        .replace(":action", actionId)
        .replace(/:[a-z]+/gi, "x");
      const response = await exports.default.fetch(`${PLATFORM}${address}`, {
        method: "POST",
        redirect: "manual",
        headers: {
          Cookie: owner.cookie,
          Origin: "https://evil.example",
          "Content-Type": "application/x-www-form-urlencoded",
        },
        body: "",
      });
      expect(response.status).toBe(403);
    },
  );

  it.each(routes.map((route) => [name(route), route] as const))(
    "%s is not there on a group's host",
    async (_name, route) => {
      const response = await ask(route, owner, {}, "http://walked.localhost:8787");
      expect(response.headers.get("Set-Cookie")).toBeNull();
      if (route.path !== "/") expect([301, 403, 404, 405]).toContain(response.status);
    },
  );

  it.each(routes.map((route) => [name(route), route] as const))(
    "%s is not there on an unknown host",
    async (_name, route) => {
      expect((await ask(route, owner, {}, "http://nobody.localhost:8787")).status).toBe(404);
    },
  );

  it.each(closed.filter(({ method }) => method === "GET").map((route) => [name(route), route] as const))(
    "%s is never kept by a cache",
    async (_name, route) => {
      expect((await ask(route, owner)).headers.get("Cache-Control")).toContain("no-store");
    },
  );

  it("has a development part that the walk leaves to its own tests", () => {
    expect(development.length).toBeGreaterThan(0);
  });
});

describe("every route of a group's host", () => {
  it("sets no cookie, whatever is asked", async () => {
    for (const { method, path } of groupApp.routes.filter((route) => route.method !== "ALL")) {
      const response = await ask({ method, path }, owner, {}, "http://walked.localhost:8787");
      expect(response.headers.get("Set-Cookie"), `${method} ${path}`).toBeNull();
    }
  });
});
