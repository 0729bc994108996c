import { env } from "cloudflare:workers";
import { idToBytes, newId } from "../src/platform/ids";

/**
 * The addresses of the accounts numbered 1 and so on, which are made where they are missing. Accounts are of the whole installation, so that
 * another file of the same run may have made them, under other addresses.
 */
export async function addressesOfAccounts(count: number): Promise<string[]> {
  const insert = env.DIRECTORY.prepare(
    "INSERT OR IGNORE INTO accounts (account_no, id, email, email_key, name, created_at) VALUES (?1, ?4, ?2, ?2, ?3, 1)",
  );
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  await env.DIRECTORY.batch(
    numbers.map((no) =>
      insert.bind(no, `member-${no}@organisers.example`, `Member ${no}`, idToBytes(newId())),
    ),
  );
  const { results } = await env.DIRECTORY.prepare(
    "SELECT email FROM accounts WHERE account_no <= ? ORDER BY account_no",
  )
    .bind(count)
    .run<{ email: string }>();
  return results.map(({ email }) => email);
}
