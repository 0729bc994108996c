import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { emailsOf, isAlias } from "../people/person";
import { subscriptionStatus } from "../people/types";
import type { Context } from "../platform/context";
import { idFromHex } from "../platform/ids";
import * as store from "./store-everything";

export type { Held, Row } from "./store-everything";

/** For whom it is got out: the group answers a request with everything; the person's own page leaves out what is internal. */
export type Reader = "group" | "person";

/**
 * Everything a group holds of a person, as people read it: ids as UUIDs, moments as ISO texts, states in words. The person's
 * own page and file leave out notes and hidden tags: they may say something of others; the group gets them out on request
 * (docs/decisions/0026).
 */
export async function everythingOf(
  ctx: Context,
  group: Pick<Group, "no" | "shard">,
  personNo: number,
  reader: Reader,
): Promise<store.Held> {
  const db = dbFor(ctx.env, group);
  const [held, emails] = await Promise.all([store.selectEverything(db, personNo), emailsOf(db, personNo)]);
  const readable = Object.fromEntries(
    Object.entries(held).map(([table, rows]) => [table, rows.map(readableRow)]),
  );
  const all: store.Held = {
    ...readable,
    emails: emails.filter((email) => !isAlias(email)).map((value) => ({ value })),
  };
  return reader === "group" ? all : ownOf(all);
}

function ownOf({
  notes: _notes,
  score: _score,
  edits: _edits,
  tags = [],
  imports = [],
  ...rest
}: store.Held): store.Held {
  const shown = tags.flatMap(({ is_internal: isInternal, ...tag }) => (isInternal ? [] : [tag]));
  const seen = imports.map(({ before: _before, ...row }) => row);
  return { ...rest, tags: shown, imports: seen };
}

const statusNames = Object.fromEntries(
  Object.entries(subscriptionStatus).map(([name, value]) => [value, name]),
);
const JSON_COLUMNS = new Set(["answer", "details", "changes", "trail", "before"]);

function readableRow(row: store.Row): store.Row {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== null && value !== "")
      .map(([name, value]) => [name, readable(name, value)]),
  );
}

const MOMENT = /(^|_)at$|_until$/;

function readable(name: string, value: unknown): unknown {
  if (MOMENT.test(name) && typeof value === "number") return new Date(value).toISOString();
  if (name.endsWith("_s") && typeof value === "number") return new Date(value * 1_000).toISOString();
  if ((name === "id" || name.endsWith("_id")) && typeof value === "string" && value.length === 32)
    return idFromHex(value);
  if (name === "email_status" || name === "mobile_status") return statusNames[String(value)] ?? value;
  if (name.startsWith("is_")) return value === 1;
  // Of consent; what was answered to questions is JSON.
  if (name === "answer" && typeof value === "number") return value === 1 ? "yes" : "no";
  if (JSON_COLUMNS.has(name) && typeof value === "string") return parsed(value);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
