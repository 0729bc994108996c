import { typeOfKind } from "../api/action-types";
import { dateText, isRecord } from "../api/hal";
import type { Locate } from "../api/location";
import { ownOf, partsOf, saidOfOutreach } from "../api/participations";
import { ownLetter } from "../letters/types";
import { plainAmount } from "../platform/money";
import { regionName } from "./region-names";
import type { Core, Done } from "./store-events";
import type { EventType } from "./types";

/** What every hash of a delivery says beside its payload. */
export type Sponsor = { title: string; url: string };
export type Hash = { type: EventType; payload: Record<string, unknown> };

/** What the rendering must know beside the rows. */
export type Known = {
  /** The API's absolute address. */
  base: string;
  sponsor: Sponsor;
  /** The names of custom fields, by number. */
  fields: ReadonlyMap<number, string>;
  /** The organisers' letters, by hash. */
  texts: ReadonlyMap<string, { subject: string; body: string }>;
  locate: Locate;
};

/** The body of one delivery: several hashes are of one act (osdi-api.md §5.2). */
export function bodyOf(hashes: readonly Hash[], sponsor: Sponsor, keys: readonly string[]): string {
  return JSON.stringify(
    hashes.map(({ type, payload }, nth) => ({
      [type]: payload,
      "action_network:sponsor": sponsor,
      idempotency_key: keys[nth],
    })),
  );
}

/** The name an act of a kind goes by; those without a type of their own are `action_network:action`. */
export function typeOf(kind: string): EventType {
  switch (typeOfKind(kind)?.item?.noun) {
    case "signature":
      return "osdi:signature";
    case "submission":
      return "osdi:submission";
    case "attendance":
      return "osdi:attendance";
    case "donation":
      return "osdi:donation";
    case "outreach":
      return "osdi:outreach";
    case "response":
      return "action_network:response";
    default:
      return "action_network:action";
  }
}

/** What somebody did, as the hashes of one request: a letter or call is one for each of its targets (osdi-api.md §5.3, §5.4). */
export function hashesOf(done: Done, known: Known): Hash[] {
  const type = typeOf(done.action.kind);
  const shared = {
    ...(type === "action_network:action" ? {} : { identifiers: [`action_network:${done.id}`] }),
    created_date: dateText(done.actedAt),
    modified_date: dateText(done.revisedAt),
    ...(done.comment ? { comments: done.comment } : {}),
    person: personOf(done, known),
    add_tags: done.tags,
    "action_network:referrer_data": referrerOf(done),
    _links: linksOf(done, type, known.base),
  };
  if (type === "osdi:outreach")
    return outreachesOf(done, known).map((own) => ({ type, payload: { ...shared, ...own } }));
  return [{ type, payload: { ...shared, ...ownPart(done, type, known) } }];
}

/** Somebody who came by a file or by an organiser's hand: all core fields, and no tags (osdi-api.md §5.3). */
export function uploadOf(core: Core, at: number, known: Pick<Known, "base" | "locate">): Hash {
  return { type: "action_network:upload", payload: plainPayload(core, at, known) };
}

/** Somebody who was subscribed or unsubscribed without doing anything. */
export function subscriptionOf(core: Core, at: number, known: Pick<Known, "base" | "locate">): Hash {
  return {
    type: "action_network:action",
    payload: { ...plainPayload(core, at, known), add_tags: [] },
  };
}

function plainPayload(core: Core, at: number, { base, locate }: Pick<Known, "base" | "locate">) {
  const status = emailStatuses[core.emailStatus];
  return {
    created_date: dateText(at),
    modified_date: dateText(at),
    person: {
      created_date: dateText(core.createdAt),
      modified_date: dateText(Math.max(at, core.createdAt)),
      ...contact(core, { email: core.email, status, locate }),
    },
    "action_network:referrer_data": {},
    _links: { "osdi:person": { href: `${base}/people/${core.personId}` } },
  };
}

/** As `people.email_status` numbers them (osdi-api.md §2.1). */
const emailStatuses = [undefined, "subscribed", "unsubscribed", "bouncing", "spam complaint"] as const;
const SUBSCRIBED = 1;

function personOf({ answer, ...done }: Done, { fields, locate }: Known) {
  const values = customFields(done.questions, answer.answers ?? {}, fields);
  return {
    created_date: dateText(done.personCreatedAt),
    modified_date: dateText(Math.max(done.revisedAt, done.personCreatedAt)),
    ...contact(
      { ...answer, language: done.language },
      { email: done.email, status: done.consent === SUBSCRIBED ? "subscribed" : undefined, locate },
    ),
    ...(Object.keys(values).length === 0 ? {} : { custom_fields: values }),
  };
}

type Entered = {
  [name in
    | "givenName"
    | "familyName"
    | "street"
    | "locality"
    | "region"
    | "postalCode"
    | "country"
    | "phone"
    | "language"]?: string | null;
};

/** Only what was entered; an email's status only where the news is about it. */
function contact(
  entered: Entered,
  { email, status, locate }: { email: string | null; status: string | undefined; locate: Locate },
) {
  const { givenName, familyName, street, locality, region, postalCode, country, phone, language } = entered;
  const address = {
    ...(street ? { address_lines: [street] } : {}),
    ...(locality ? { locality } : {}),
    ...(region ? { region: regionName(country ?? "", region) } : {}),
    ...(postalCode ? { postal_code: postalCode } : {}),
    ...(country ? { country } : {}),
    ...locate({ country: country ?? "", postalCode: postalCode ?? "" }),
  };
  return {
    ...(givenName ? { given_name: givenName } : {}),
    ...(familyName ? { family_name: familyName } : {}),
    ...(language ? { languages_spoken: [language] } : {}),
    ...(email ? { email_addresses: [{ primary: true, address: email, ...(status ? { status } : {}) }] } : {}),
    ...(phone
      ? { phone_numbers: [{ primary: true, number: phone.replace(/\D/g, ""), number_type: "Mobile" }] }
      : {}),
    ...(Object.keys(address).length > 0 ? { postal_addresses: [{ primary: true, ...address }] } : {}),
  };
}

function customFields(
  questions: Done["questions"],
  answers: Record<string, string | string[]>,
  names: ReadonlyMap<number, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(answers).map(([key, said]) => {
      const question = questions.find((each) => each.key === key);
      const name = (question?.fieldNo && names.get(question.fieldNo)) || question?.label || key;
      return [name, typeof said === "string" ? said : said.join(", ")];
    }),
  );
}

function referrerOf({ source, referrer }: Done) {
  return { ...(source ? { source } : {}), ...(referrer ? { website: referrer } : {}) };
}

function linksOf({ action, id, personId }: Done, type: EventType, base: string) {
  const found = typeOfKind(action.kind);
  const href = `${base}/${found?.path ?? "actions"}/${action.id}`;
  return {
    ...(type !== "action_network:action" && found?.item
      ? { self: { href: `${href}/${found.item.path}/${id}` } }
      : {}),
    ...(found ? { [found.ownRel]: { href } } : {}),
    "osdi:person": { href: `${base}/people/${personId}` },
  };
}

const periods: Record<string, string> = { week: "Weekly", month: "Monthly", year: "Yearly" };

function ownPart(done: Done, type: EventType, { sponsor }: Known): Record<string, unknown> {
  if (type === "osdi:attendance") return { status: "accepted" };
  if (type !== "osdi:donation" || done.amount === null || done.currency === null) return {};
  const { currency } = done;
  const text = (amount: number) => plainAmount({ amount, currency });
  const own = ownOf(done.answer);
  const period = typeof own.period === "string" ? own.period : periods[done.interval ?? ""];
  return {
    currency,
    amount: text(done.amount),
    recipients: partsOf(own, done.amount, sponsor.title).map(({ name, amount }) => ({
      display_name: name,
      amount: text(amount),
    })),
    payment: { method: "Credit Card", reference_number: done.id, authorization_stored: false },
    "action_network:recurrence": period ? { recurring: true, period } : { recurring: false },
  };
}

function outreachesOf(done: Done, { texts }: Known): Record<string, unknown>[] {
  const said = saidOfOutreach(done);
  if (said) return saidOutreachesOf(said, done.action.kind === "call" ? "phone" : "email");
  if (done.action.kind === "call") return [callOf(done.answer.own)];
  const letter = ownLetter.safeParse(done.answer.own ?? {});
  const to = letter.success ? letter.data.to : [];
  // Whoever stopped after the first page wrote to nobody: one hash, without words and targets.
  if (!letter.success || to.length === 0) return [{ type: "email" }];
  return to.map(({ n, t, l }) => {
    const said = letter.data.text[l];
    const words = said && "v" in said ? texts.get(said.v) : said && { subject: said.s, body: said.b };
    return {
      type: "email",
      ...(words ? { subject: words.subject, message: words.body } : {}),
      targets: [targetOf(n, t)],
    };
  });
}

/** Of a letter or a call that a program says was made elsewhere, with its length in seconds where it said one. */
function saidOutreachesOf(said: Record<string, unknown>, type: "email" | "phone"): Record<string, unknown>[] {
  const { targets, ...shared } = said;
  if (!Array.isArray(targets) || targets.length === 0) return [{ type, ...shared }];
  return targets.map((target: unknown) => ({ type, ...shared, targets: [target] }));
}

function callOf(own: unknown): Record<string, unknown> {
  const name = isRecord(own) && typeof own.n === "string" ? own.n : "";
  return { type: "phone", ...(name === "" ? {} : { targets: [targetOf(name, "")] }) };
}

/** The last word of a name is the family's: officials' lists have names in one piece. */
function targetOf(name: string, title: string) {
  const at = name.lastIndexOf(" ");
  return {
    ...(title === "" ? {} : { title }),
    given_name: at < 0 ? name : name.slice(0, at),
    ...(at < 0 ? {} : { family_name: name.slice(at + 1) }),
  };
}
