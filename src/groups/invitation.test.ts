import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { linkIn, newAddress, type Visitor } from "../../test/platform-host";
import { actsOf, makeTeam, roleNow, type Team } from "../../test/teams";
import { configOf } from "../env";
import { signToken } from "../platform/tokens";

const DAY = 86_400_000;

async function invite(
  team: Team,
  addresses: string,
  role = "organiser",
  by: Visitor = team.owner,
): Promise<Response> {
  return by.post(`${team.base}/settings/invitations`, { addresses, role });
}

async function invited(team: Team, email: string, role = "organiser"): Promise<string> {
  expect((await invite(team, email, role)).status).toBe(303);
  return linkIn(team.host.mail.at(-1), "/invitations/accept");
}

function tokenIn(link: string): string {
  return new URL(link, "http://x").searchParams.get("token") ?? "";
}

async function rows(team: Team) {
  const { results } = await env.DIRECTORY.prepare(
    "SELECT lower(hex(id)) AS id, email, role, expires_at, accepted_at, cancelled_at FROM invitations WHERE group_no = ?",
  )
    .bind(team.group.no)
    .all<{
      id: string;
      email: string;
      role: string;
      expires_at: number;
      accepted_at: number | null;
      cancelled_at: number | null;
    }>();
  return results;
}

async function roleOf(team: Team, email: string): Promise<string | null> {
  const no = await env.DIRECTORY.prepare("SELECT account_no FROM accounts WHERE email_key = ?")
    .bind(email)
    .first<number>("account_no");
  return no === null ? null : roleNow(team.group, no);
}

async function accept(visitor: Visitor, link: string): Promise<Response> {
  return visitor.post("/invitations/accept", { token: tokenIn(link) });
}

describe("an invitation", () => {
  it("leads somebody new from the mail into the group", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    const link = await invited(team, email, "administrator");
    const bo = team.host.visitor();
    const page = await (await bo.get(link)).text();
    for (const words of ["Join Clean Air Now", team.emails.owner, email, "Administrator"])
      expect(page).toContain(words);
    expect((await bo.post("/invitations/sign-in", { token: tokenIn(link) })).status).toBe(200);
    const signIn = team.host.mail.at(-1)?.body;
    expect([signIn?.purpose, signIn?.message.to]).toEqual(["sign-in", email]);
    const confirm = linkIn(team.host.mail.at(-1), "/sign-in/confirm");
    const signed = await bo.post("/sign-in/confirm", { token: tokenIn(confirm) });
    const back = signed.headers.get("Location") ?? "";
    expect(back).toContain("/invitations/accept?token=");
    expect(await (await bo.get(back)).text()).toContain("Join Clean Air Now</button>");
    expect(await roleOf(team, email)).toBeNull();
    expect((await accept(bo, link)).headers.get("Location")).toBe(team.base);
    expect(await roleOf(team, email)).toBe("administrator");
    expect((await actsOf(team.group)).map(({ act }) => act)).toEqual([
      "invitation.accepted",
      "invitation.sent",
    ]);
  });

  it("adds an account that exists when its owner accepts, and not before", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    const bo = team.host.visitor();
    await bo.signIn(email);
    const link = await invited(team, email.toUpperCase());
    expect(await roleOf(team, email)).toBeNull();
    expect((await accept(bo, link)).status).toBe(303);
    expect(await roleOf(team, email)).toBe("organiser");
  });

  it("says who asks, into what, and where answers go", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    await invited(team, email);
    const { message, purpose } = team.host.mail.at(-1)?.body ?? {};
    expect(purpose).toBe("invitation");
    expect(message).toMatchObject({ to: email, replyTo: team.emails.owner, fromName: "Groundswell" });
    expect(message?.subject).toBe(`${team.emails.owner} invites you to Clean Air Now`);
    for (const form of [message?.text, message?.html]) expect(form).toContain("/invitations/accept?lang=en");
  });

  it("opened any number of times by a program that checks mail adds nobody", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    const link = await invited(team, email);
    for (let time = 0; time < 3; time += 1) expect((await team.host.visitor().get(link)).status).toBe(200);
    expect((await rows(team))[0]?.accepted_at).toBeNull();
  });

  it("is for its address: another account cannot accept it", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    const link = await invited(team, email);
    const [eve, eves] = [team.host.visitor(), newAddress("eve")];
    await eve.signIn(eves);
    expect(await (await eve.get(link)).text()).toContain(`signed in as ${eves}`);
    const refused = await accept(eve, link);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("Sign out");
    expect(await roleOf(team, eves)).toBeNull();
    expect((await rows(team))[0]?.accepted_at).toBeNull();
  });

  it("accepted without a session leads to signing in, and adds nobody", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    const link = await invited(team, email);
    const response = await accept(team.host.visitor(), link);
    expect(response.headers.get("Location")).toMatch(/^\/invitations\/accept\?token=/);
    expect(await roleOf(team, email)).toBeNull();
  });

  it("clicked twice makes one member, and both clicks lead into the group", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    const link = await invited(team, email);
    const bo = team.host.visitor();
    await bo.signIn(email);
    const both = await Promise.all([accept(bo, link), accept(bo, link)]);
    expect(both.map((response) => response.headers.get("Location"))).toEqual([team.base, team.base]);
    expect((await actsOf(team.group)).filter(({ act }) => act === "invitation.accepted")).toHaveLength(1);
    expect((await bo.get(link)).headers.get("Location")).toBe(team.base);
  });

  it("used once does not let in whoever was removed since", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    const link = await invited(team, email);
    const bo = team.host.visitor();
    await bo.signIn(email);
    await accept(bo, link);
    const no = await env.DIRECTORY.prepare("SELECT account_no FROM accounts WHERE email_key = ?")
      .bind(email)
      .first("account_no");
    await team.owner.post(`${team.base}/settings/members/${no}/removal`);
    expect((await accept(bo, link)).status).toBe(410);
    expect(await roleOf(team, email)).toBeNull();
  });

  it("does not lower the role of somebody who became a member meanwhile", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    const link = await invited(team, email, "organiser");
    const bo = team.host.visitor();
    await bo.signIn(email);
    const no = await env.DIRECTORY.prepare("SELECT account_no FROM accounts WHERE email_key = ?")
      .bind(email)
      .first<number>("account_no");
    await env.DIRECTORY.prepare(
      "INSERT INTO memberships (group_no, account_no, role, created_at) VALUES (?, ?, 'administrator', 0)",
    )
      .bind(team.group.no, no)
      .run();
    expect((await accept(bo, link)).status).toBe(303);
    expect(await roleOf(team, email)).toBe("administrator");
  });

  it("holds 30 days and not a day longer", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    const link = await invited(team, email);
    team.host.now += 30 * DAY - 60_000;
    expect((await team.host.visitor().get(link)).status).toBe(200);
    team.host.now += 2 * 60_000;
    const bo = team.host.visitor();
    await bo.signIn(email);
    expect((await bo.get(link)).status).toBe(410);
    expect((await accept(bo, link)).status).toBe(410);
    expect((await bo.post("/invitations/sign-in", { token: tokenIn(link) })).status).toBe(410);
    expect(await roleOf(team, email)).toBeNull();
  });

  it("cancelled no longer works, and a new one does", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    const link = await invited(team, email);
    const [row] = await rows(team);
    const cancelled = await team.owner.post(
      `${team.base}/settings/invitations/${uuid(row?.id)}/cancellation`,
    );
    expect(cancelled.headers.get("Location")).toContain("done=cancelled");
    const bo = team.host.visitor();
    await bo.signIn(email);
    expect((await bo.get(link)).status).toBe(410);
    expect((await accept(bo, link)).status).toBe(410);
    expect(await roleOf(team, email)).toBeNull();
    expect((await accept(bo, await invited(team, email))).status).toBe(303);
  });

  it("sent again holds another 30 days, under the same name", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    await invited(team, email);
    const [before] = await rows(team);
    team.host.now += 29 * DAY;
    await team.owner.signIn(team.emails.owner);
    const resent = await team.owner.post(`${team.base}/settings/invitations/${uuid(before?.id)}/resending`);
    expect(resent.headers.get("Location")).toContain("done=resent");
    const after = await rows(team);
    expect(after).toHaveLength(1);
    expect(after[0]).toMatchObject({ id: before?.id, expires_at: team.host.now + 30 * DAY });
    const link = linkIn(team.host.mail.at(-1), "/invitations/accept");
    team.host.now += 29 * DAY;
    expect((await team.host.visitor().get(link)).status).toBe(200);
  });

  it("asked for twice is one, with the newer role", async () => {
    const [team, email] = [await makeTeam(), newAddress("bo")];
    await invited(team, email, "organiser");
    await invited(team, email, "administrator");
    expect((await rows(team)).map(({ role }) => role)).toEqual(["administrator"]);
  });
});

function uuid(hex = ""): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

describe("a link that is no invitation", () => {
  const options = { now: Date.now(), secondsToLive: 600, id: "one" };
  const keys = configOf(env).SIGNING_KEYS;
  const id = "01990000-0000-7000-8000-000000000000";

  it.each([
    ["is empty", async () => ""],
    ["is no token", async () => "a.b.c"],
    ["is for signing in", async () => signToken(keys, "sign-in", { invitation: id }, options)],
    [
      "is signed by somebody else",
      async () =>
        signToken({ current: "k1", keys: { k1: "A".repeat(43) } }, "invitation", { invitation: id }, options),
    ],
    ["names nothing known", async () => signToken(keys, "invitation", { invitation: id }, options)],
    ["names no id", async () => signToken(keys, "invitation", { invitation: "' OR 1=1" }, options)],
  ])("because it %s leads nowhere", async (_, make) => {
    const team = await makeTeam();
    const token = await make();
    const mails = team.host.mail.length;
    expect((await team.owner.get(`/invitations/accept?token=${encodeURIComponent(token)}`)).status).toBe(410);
    expect((await team.owner.post("/invitations/accept", { token })).status).toBe(410);
    expect((await team.host.visitor().post("/invitations/sign-in", { token })).status).toBe(410);
    expect(team.host.mail).toHaveLength(mails);
  });
});

describe("the form that invites", () => {
  it("takes several addresses, however they are parted, each once", async () => {
    const team = await makeTeam();
    const [a, b, c] = [newAddress(), newAddress(), newAddress()];
    expect((await invite(team, `${a}, ${b};\n${c}  ${a}`)).status).toBe(303);
    expect(team.host.mail.map(({ body }) => body.message.to).sort()).toEqual([a, b, c].sort());
    expect(await rows(team)).toHaveLength(3);
  });

  it.each([
    ["", "organiser", "at least one email address"],
    [" ,; \n", "organiser", "at least one email address"],
    ["good@example.org, bad", "organiser", "“bad” is not an email address"],
    ["<script>alert(1)</script>", "organiser", "“&lt;script&gt;alert(1)&lt;/script&gt;” is not"],
    ["a@b.org%0ABcc:c@d.org", "organiser", "is not an email address"],
    [
      Array.from({ length: 21 }, (_, n) => `p${n}@example.org`).join(","),
      "organiser",
      "at most 20 people at a time",
    ],
    ["good@example.org", "god", "Choose one from the list"],
    ["good@example.org", "", "Choose one from the list"],
  ])("with %j as %j invites nobody and keeps the typing", async (addresses, role, words) => {
    const team = await makeTeam();
    const response = await invite(team, addresses, role);
    expect(response.status).toBe(422);
    expect((await response.text()).replaceAll("&quot;", '"')).toContain(words);
    expect(await rows(team)).toEqual([]);
    expect(team.host.mail).toEqual([]);
  });

  it("with a member among the addresses invites nobody", async () => {
    const team = await makeTeam();
    const response = await invite(team, `${newAddress()}, ${team.emails.organiser.toUpperCase()}`);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("is a member already");
    expect(await rows(team)).toEqual([]);
  });

  it("lets an administrator invite all but owners", async () => {
    const team = await makeTeam();
    expect((await invite(team, newAddress(), "administrator", team.administrator)).status).toBe(303);
    const refused = await invite(team, newAddress(), "owner", team.administrator);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("Only an owner can do that.");
    expect((await rows(team)).map(({ role }) => role)).toEqual(["administrator"]);
  });

  it("lets an administrator neither change, send again nor cancel what only an owner could send", async () => {
    const team = await makeTeam();
    const address = newAddress();
    await invited(team, address, "owner");
    const [row] = await rows(team);
    const lowered = await invite(team, address.toUpperCase(), "organiser", team.administrator);
    expect([lowered.status, (await rows(team))[0]?.role]).toEqual([422, "owner"]);
    const base = `${team.base}/settings/invitations/${uuid(row?.id)}`;
    for (const what of ["resending", "cancellation"])
      expect((await team.administrator.post(`${base}/${what}`)).status).toBe(403);
    expect((await rows(team))[0]).toMatchObject({ cancelled_at: null, expires_at: row?.expires_at });
  });

  it("stops after a hundred invitations of one person in a day", async () => {
    const team = await makeTeam();
    const addresses = (from: number) =>
      Array.from({ length: 20 }, (_, n) => `p${from + n}-${team.group.slug}@example.org`).join(",");
    for (let from = 0; from < 100; from += 20) expect((await invite(team, addresses(from))).status).toBe(303);
    const stopped = await invite(team, newAddress());
    expect(stopped.status).toBe(429);
    expect(await stopped.text()).toContain("as many invitations as one person may");
    expect(team.host.mail).toHaveLength(100);
  });

  it("knows nothing of another group's invitations", async () => {
    const [team, other] = [await makeTeam(), await makeTeam()];
    await invited(other, newAddress());
    const [row] = await rows(other);
    for (const what of ["resending", "cancellation"]) {
      expect(
        (await team.owner.post(`${team.base}/settings/invitations/${uuid(row?.id)}/${what}`)).status,
      ).toBe(409);
    }
    expect((await rows(other))[0]?.cancelled_at).toBeNull();
    expect(await (await team.owner.get(`${team.base}/settings/members`)).text()).not.toContain(
      row?.email ?? "?",
    );
  });
});
