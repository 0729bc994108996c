import { inRanges } from "../audiences/audience";
import type { GroupDb } from "../groups/shard";
import { newestPeople, type PersonRow, peopleByNumber } from "../people/edit";
import { normaliseEmail } from "../platform/email-address";
import type { Asked } from "./collection";
import type { Condition, Filter } from "./filter";
import { identifierClause } from "./foreign";
import { momentIn } from "./moment";
import { phonesIn } from "./people-phone";
import { type Clause, type FieldClause, filterClause, secondsClause, textClause } from "./store-filter";
import * as store from "./store-people";

/** What a filter may ask of people, and what older clients call it (osdi-api.md §1.8). */
export const peopleFields = [
  ...["identifier", "created_date", "modified_date", "family_name", "given_name"],
  ...["email_address", "phone_number", "region", "postal_code"],
] as const;
export const peopleAliases = { email: "email_address", phone: "phone_number" };

/** People looked at by the first statement of a walk; those after it take as many as fit 200 ms. */
const FIRST_WIDTH = 2_000;

/**
 * A page of people, the newest first. Without a filter a page reads as many rows as it has, wherever it is; by address,
 * phone or identifier an index finds them; anything else is walked in ranges of at most 200 ms each.
 */
export async function findPeople(db: GroupDb, country: string, asked: Asked): Promise<PersonRow[]> {
  const { limit, skip, after, filter } = asked;
  const before = /^\d{1,15}$/.test(after ?? "") ? Number(after) : null;
  if (filter === null) {
    const start = before ?? (skip === 0 ? Number.MAX_SAFE_INTEGER : await store.numberAfter(db, skip));
    return start === null ? [] : newestPeople(db, start, limit);
  }
  const numbers = await numbersOf(db, filter, { country, before, skip, limit });
  const people = await peopleByNumber(db, numbers);
  return numbers.flatMap((no) => people.find((person) => person.no === no) ?? []);
}

async function numbersOf(
  db: GroupDb,
  filter: Filter,
  { country, before, skip, limit }: { country: string; before: number | null; skip: number; limit: number },
): Promise<number[]> {
  const clause = filterClause(filter, fieldsOf(db, country));
  if (!isNamed(filter)) return walk(db, clause, { before, skip, limit });
  const found = await store.selectNamed(db, clause);
  return found.filter((no) => before === null || no < before).slice(skip, skip + limit);
}

/** Whether an index finds whoever the filter means: one of what must hold names a person. */
function isNamed(filter: Filter): boolean {
  if ("all" in filter) return filter.all.some(isNamed);
  if ("any" in filter) return false;
  return filter.op === "eq" && ["identifier", "email_address", "phone_number"].includes(filter.field);
}

async function walk(
  db: GroupDb,
  clause: Clause,
  { before, skip, limit }: { before: number | null; skip: number; limit: number },
): Promise<number[]> {
  const found: number[] = [];
  const last = await store.lastPerson(db);
  const top = Math.min(before ?? last + 1, last + 1);
  // The ranges go upwards from where the walk stands, which is downwards in numbers.
  const range = { after: 0, highest: top - 1, width: FIRST_WIDTH };
  await inRanges(range, async (from, upTo) => {
    const { people, ms } = await store.selectInRange(db, clause, {
      from: top - upTo,
      before: top - from,
      limit: skip + limit - found.length,
    });
    found.push(...people);
    return found.length < skip + limit ? ms : null;
  });
  return found.slice(skip);
}

function fieldsOf(db: GroupDb, country: string): Record<string, FieldClause> {
  const text =
    (column: string): FieldClause =>
    (condition) =>
      anyCase(textClause(`p.${column}`, condition));
  return {
    identifier: (condition) => identifierClause(db, "person", "p.id", condition),
    created_date: ({ op, value }) => secondsClause("p.created_at", op, momentIn(value)),
    modified_date: ({ op, value }) => secondsClause(store.MODIFIED, op, momentIn(value)),
    family_name: text("family_name"),
    given_name: text("given_name"),
    region: text("region"),
    postal_code: text("postal_code"),
    email_address: (condition) => emailClause(db, condition),
    phone_number: (condition) => phoneClause(db, country, condition),
  };
}

function anyCase({ sql, values }: Clause): Clause {
  return { sql: `${sql} COLLATE NOCASE`, values };
}

/** A plus that came as a blank, since nobody encoded it, is a plus. */
function emailClause({ groupNo }: GroupDb, condition: Condition): Clause | null {
  if (condition.op !== "eq") return anyCase(textClause("p.email", condition));
  const email = normaliseEmail(condition.value.trim().replaceAll(" ", "+"));
  return email === null ? null : store.addressClause(groupNo, "email", [email]);
}

/** Digits without a plus may be two numbers: whoever has one of them is found. */
function phoneClause({ groupNo }: GroupDb, country: string, condition: Condition): Clause | null {
  const phones = phonesIn(condition.value, country);
  if (condition.op !== "eq")
    return textClause("p.phone", { ...condition, value: phones[0] ?? condition.value.trim() });
  return phones.length === 0 ? null : store.addressClause(groupNo, "phone", phones);
}
