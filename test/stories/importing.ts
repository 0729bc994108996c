import type { Visitor } from "../client.ts";
import { world } from "../world.ts";

/** Imports of a group: one whose columns somebody must look at, and one that is done. Below the platform's origin. */
export type Importing = { waiting: string; done: string };

/** Rosa brings two files in parts, as the browser's script does, and starts the second. */
export async function setImporting(rosa: Visitor, slug: string): Promise<Importing> {
  const rows = world.supporters.map(({ givenName, familyName, email }) => [
    givenName,
    familyName,
    email,
    "yes",
  ]);
  const lines = [["First name", "Last name", "Email", "Newsletter"], ...rows, ["", "", "nobody", "perhaps"]];
  const text = lines.map((cells) => cells.join(",")).join("\n");
  const waiting = await upload(rosa, slug, "waiting.csv", text);
  const done = await upload(rosa, slug, "done.csv", text);
  await rosa.post(`${done}/mapping`, {
    "column.0": "givenName",
    "column.1": "familyName",
    "column.2": "email",
    subscribe: "none",
    tags: "newcomers",
    do: "start",
  });
  return { waiting, done };
}

async function upload(rosa: Visitor, slug: string, name: string, text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const begun = await rosa.send(`/groups/${slug}/imports/uploads`, {
    method: "POST",
    body: JSON.stringify({ name, bytes: bytes.length }),
  });
  const { href } = (await begun.json()) as { href: string };
  await rosa.send(`${href}/parts/1`, { method: "PUT", body: text });
  await rosa.send(`${href}/file`, { method: "POST", body: "" });
  return href;
}
