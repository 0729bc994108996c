import { env, exports } from "cloudflare:workers";
import { groupBySlug } from "../src/groups/store";
import type { Group, Role } from "../src/groups/types";
import { contextOf } from "./groups";

const PLATFORM = "http://localhost:8787";

/** Somebody signed in at the whole worker. Redirects are not followed. */
export type Organiser = {
  accountNo: number;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(
    path: string,
    fields?: Record<string, string | string[]>,
    headers?: Record<string, string>,
  ): Promise<Response>;
  /** The same as multipart, for a form with a file. */
  upload(path: string, fields: Record<string, string | Blob>): Promise<Response>;
  /** Anything that is no form. */
  send(path: string, init: RequestInit): Promise<Response>;
};

/** A group, one member of each role, and somebody who runs another group. */
export async function makeOrganisers(): Promise<
  { group: Group; base: string } & Record<Role | "stranger", Organiser>
> {
  const mark = crypto.randomUUID().slice(0, 8);
  const [owner, administrator, organiser, stranger] = await Promise.all(
    ["owner", "administrator", "organiser", "stranger"].map((name) =>
      signIn(`${name}-${mark}@organisers.example`),
    ),
  );
  if (!owner || !administrator || !organiser || !stranger) throw new Error("nobody signed in");
  const group = await found(owner, `team-${mark}`);
  await found(stranger, `other-${mark}`);
  await join(group, administrator, "administrator");
  await join(group, organiser, "organiser");
  return { group, base: `/groups/${group.slug}`, owner, administrator, organiser, stranger };
}

async function found(owner: Organiser, slug: string): Promise<Group> {
  const form = {
    name: "Clean Air Now",
    locale: "en",
    country: "CA",
    timeZone: "America/Toronto",
    currency: "CAD",
  };
  await owner.post("/groups/new", { ...form, slug });
  const group = await groupBySlug(contextOf().directory, slug);
  if (!group) throw new Error("the group was not made");
  return group;
}

async function join(group: Group, { accountNo }: Organiser, role: Role): Promise<void> {
  await env.DIRECTORY.prepare(
    "INSERT INTO memberships (group_no, account_no, role, created_at) VALUES (?, ?, ?, ?)",
  )
    .bind(group.no, accountNo, role, 1)
    .run();
}

async function signIn(email: string): Promise<Organiser> {
  const response = await exports.default.fetch(`${PLATFORM}/dev/sign-in?email=${email}`, {
    redirect: "manual",
  });
  const cookie = (response.headers.get("Set-Cookie") ?? "").split(";")[0] ?? "";
  const accountNo = await env.DIRECTORY.prepare("SELECT account_no FROM accounts WHERE email_key = ?")
    .bind(email)
    .first<number>("account_no");
  const send = (path: string, init: RequestInit) =>
    exports.default.fetch(`${PLATFORM}${path}`, {
      redirect: "manual",
      ...init,
      headers: { Cookie: cookie, Origin: PLATFORM, ...Object.fromEntries(new Headers(init.headers)) },
    });
  return {
    accountNo: accountNo ?? 0,
    send,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, fields = {}, headers = {}) => {
      const body = new URLSearchParams();
      for (const [name, values] of Object.entries(fields))
        for (const value of [values].flat()) body.append(name, value);
      const type = "application/x-www-form-urlencoded";
      return send(path, {
        method: "POST",
        body: body.toString(),
        headers: { "Content-Type": type, ...headers },
      });
    },
    upload: (path, fields) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.append(name, value);
      return send(path, { method: "POST", body });
    },
  };
}

/** The id at the end of a redirect to an action. */
export function actionIdIn(response: Response): string {
  const id = /actions\/([0-9a-f-]{36})/.exec(response.headers.get("Location") ?? "")?.[1];
  if (!id) throw new Error(`no action in a ${response.status}`);
  return id;
}
