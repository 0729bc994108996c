import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { addMember, makeTeam } from "../../test/teams";
import { OPERATOR_EMAIL } from "../../test/variables";
import { accountFor } from "../accounts/account";

const PLATFORM = "http://localhost:8787";

async function collectAs(email: string, path: string): Promise<Response> {
  const signedIn = await exports.default.fetch(`${PLATFORM}/dev/sign-in?email=${encodeURIComponent(email)}`, {
    redirect: "manual",
  });
  const [cookie = ""] = (signedIn.headers.get("Set-Cookie") ?? "").split(";");
  const headers = { Cookie: cookie, Origin: PLATFORM };
  return exports.default.fetch(PLATFORM + path, { method: "POST", headers, redirect: "manual" });
}

/** Has an account's address written otherwise while something is done; accounts are of the whole installation. */
async function writtenAs(accountNo: number, email: string, work: () => Promise<void>): Promise<void> {
  const write = (text: string) =>
    env.DIRECTORY.prepare("UPDATE accounts SET email = ? WHERE account_no = ?").bind(text, accountNo).run();
  await write(email);
  await work().finally(() => write(OPERATOR_EMAIL));
}

it("lets operators alone collect on the installation's own account, however they wrote their address", async () => {
  const team = await makeTeam();
  const path = `${team.base}/payments/own-account`;
  expect((await collectAs(team.emails.owner, path)).status).toBe(403);
  const written = OPERATOR_EMAIL.toUpperCase();
  const operator = await accountFor(contextOf(), written, { locale: "en", timeZone: "UTC" });
  await addMember(team.group, operator.no, "administrator");
  await writtenAs(operator.no, written, async () => {
    const done = await collectAs(written, path);
    expect(done.headers.get("Location")).toBe(`${team.base}/payments`);
  });
});
