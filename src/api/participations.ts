import type { StoredAnswer } from "../intake/types";
import { plainAmount } from "../platform/money";
import { type ActionType, type ItemType, typeOfItem, typeOfKind } from "./action-types";
import { identifiersOf } from "./foreign";
import { type Item, identity, isRecord, link } from "./hal";
import type { Row } from "./store-participation";
import type { ApiContext } from "./web";

/** What a client said of an outreach, a gift or an answer, as the participation keeps it. */
export type Own = Record<string, unknown>;

/** Participations as the API shows them: the same under their action, their person and by themselves. */
export async function participationItems(
  c: ApiContext,
  path: ItemType["path"],
  rows: readonly Row[],
): Promise<Item[]> {
  const identifiers = await identifiersOf(
    c.var.caller.db,
    "participation",
    rows.map(({ id }) => id),
  );
  return rows.map((row) => participationItem(c, path, row, identifiers.get(row.id) ?? []));
}

/** A participation whose person is null while only an object has it, and the person is not found or made yet. */
export type ShownRow = Omit<Row, "personId" | "personNo"> & { personId: Row["personId"] | null };

/** One participation as the API shows it, with the names that other systems gave it. Reads nothing. */
export function participationItem(
  c: ApiContext,
  path: ItemType["path"],
  row: ShownRow,
  identifiers: readonly string[],
): Item {
  const type = typeOfKind(row.kind) ?? typeOfItem(path);
  const { actedAt, modifiedAt, personId } = row;
  return {
    ...identity(row.id, identifiers, actedAt, modifiedAt),
    ...ownFields(c, path, row),
    ...(personId === null ? {} : { "action_network:person_id": personId }),
    [type.idKey]: row.actionId,
    "action_network:referrer_data": referrerData(row),
    _links: linksOf(c.var.base, type, path, row),
  };
}

function linksOf(base: string, type: ActionType, path: ItemType["path"], row: ShownRow): Item["_links"] {
  const action = `/${type.path}/${row.actionId}`;
  const person = row.personId === null ? null : link(base, `/people/${row.personId}`);
  return {
    self: link(base, `${action}/${path}/${row.id}`),
    [type.ownRel]: link(base, action),
    ...(person ? { "osdi:person": person } : {}),
    // The rel that attendances had at first, for clients of that time (osdi-api.md §9.46).
    ...(person && path === "attendances" ? { "osdi:people": person } : {}),
  };
}

function referrerData({ source, referrer }: ShownRow): Record<string, string> {
  return { source: source ?? "none", ...(referrer ? { website: referrer } : {}) };
}

function ownFields(c: ApiContext, path: ItemType["path"], row: ShownRow): Record<string, unknown> {
  switch (path) {
    case "signatures":
      return row.comment ? { comments: row.comment } : {};
    case "attendances":
      return { status: attendanceStatus(row.standing) };
    case "donations":
      return donationFields(c, row);
    case "outreaches":
      return outreachFields(row);
    default:
      return {};
  }
}

/** Whoever waits for a place has not been told that they can come. */
function attendanceStatus(standing: number): string {
  return ["accepted", "accepted", "tentative", "declined"][standing] ?? "accepted";
}

/** The parts of a gift, in the currency's smallest unit. */
export type Part = { name: string; amount: number };

/** Where a gift goes; all of it to the group where nobody said otherwise. */
export function partsOf(own: Own, amount: number, groupName: string): Part[] {
  const parts = Array.isArray(own.recipients) ? own.recipients.filter(isPart) : [];
  return parts.length > 0 ? parts : [{ name: groupName, amount }];
}

function isPart(value: unknown): value is Part {
  return isRecord(value) && typeof value.name === "string" && typeof value.amount === "number";
}

const periods: Record<string, string> = { week: "Weekly", month: "Monthly", year: "Yearly" };

function donationFields(c: ApiContext, row: ShownRow): Record<string, unknown> {
  const own = ownOf(row.answer);
  const currency = row.currency ?? "USD";
  const total = row.amount ?? 0;
  const text = (amount: number) => plainAmount({ amount, currency });
  const period =
    typeof own.period === "string" ? own.period : periods[typeof own.rhythm === "string" ? own.rhythm : ""];
  return {
    currency,
    amount: text(total),
    recipients: partsOf(own, total, c.var.caller.group.name).map(({ name, amount }) => ({
      display_name: name,
      amount: text(amount),
    })),
    payment: { method: "Credit Card", reference_number: row.id, authorization_stored: false },
    "action_network:recurrence": period ? { recurring: true, period } : { recurring: false },
    ...(row.comment ? { comments: row.comment } : {}),
  };
}

/** What a client said of an outreach it made. */
export function saidOfOutreach({ answer }: Pick<Row, "answer">): Own | null {
  const { outreach } = ownOf(answer);
  return isRecord(outreach) ? outreach : null;
}

function outreachFields(row: ShownRow): Record<string, unknown> {
  const type = row.kind === "call" ? "phone" : "email";
  const said = saidOfOutreach(row);
  if (said) return { type, ...said };
  const own = ownOf(row.answer);
  return row.kind === "call" ? { type, targets: [nameOf(own.n, own.o)] } : { type, ...letterFields(own) };
}

/** A letter written here: to whom it went, and what it says where that is the supporter's own. */
function letterFields(own: Own): Record<string, unknown> {
  const targets = (Array.isArray(own.to) ? own.to : []).filter(isRecord).map(({ n, t }) => nameOf(n, t));
  const texts = isRecord(own.text) ? Object.values(own.text).filter(isRecord) : [];
  const written = texts.find(({ s, b }) => typeof s === "string" && typeof b === "string");
  return { ...(written ? { subject: written.s, message: written.b } : {}), targets };
}

/** A name in two parts, as clients read it: the last word is the family's. */
function nameOf(name: unknown, title: unknown): Record<string, string> {
  const words = (typeof name === "string" ? name : "").split(" ");
  const family = words.at(-1) ?? "";
  const given = words.slice(0, -1).join(" ");
  return {
    ...(typeof title === "string" && title !== "" ? { title } : {}),
    ...(given === "" ? {} : { given_name: given }),
    family_name: family,
  };
}

/** What the participation keeps beside what all kinds ask. */
export function ownOf({ own }: StoredAnswer): Own {
  return own ?? {};
}
