import { z } from "zod";
import type { subscriptionStatus } from "../people/types";
import { isCountry } from "../platform/countries";
import type { Id } from "../platform/ids";
import { POSTAL_CODE_MAX } from "../platform/postal-code";

export type AudienceId = Id<"audience">;

/** Conditions one inside another; more than anyone can follow. */
export const DEPTH_MAX = 8;
/** Clauses of a tree, saved audiences within it counted with all of theirs. */
export const CLAUSES_MAX = 100;
const CHILDREN_MAX = 50;
/** Actions, tags, mailings, … named by one clause. */
const NAMED_MAX = 200;
/** Texts named by one clause: cities, sources, postal prefixes. */
const TEXTS_MAX = 500;
const TEXT_MAX = 200;
/** People picked by hand: as JSON about 90 kB. */
export const PEOPLE_MAX = 10_000;
const DAYS_MAX = 3_650;
const KM_MAX = 500;
const DISTRICTS_MAX = 40;
export const AUDIENCES_MAX = 1_000;
export const NAME_MAX = 120;
export const DESCRIPTION_MAX = 1_000;
/** Numbers stay where JavaScript and SQLite count alike. */
const NUMBER_MAX = 9_007_199_254_740_991;
const MOMENT_MAX = 8_640_000_000_000_000;

const no = z.int().min(1).max(NUMBER_MAX);
const nos = z.array(no).min(1).max(NAMED_MAX);
const line = z.string().trim().min(1).max(TEXT_MAX);
const lines = z.array(line).min(1).max(TEXTS_MAX);
const moment = z.int().min(-MOMENT_MAX).max(MOMENT_MAX);
const amount = z.int().min(0).max(NUMBER_MAX);
const country = z.string().refine(isCountry);

/** When something happened. Moments in ms; `from` is within, `to` is not. Days are 24 hours, counted back from now. */
const whenSchema = z.union([
  z.strictObject({ lastDays: z.int().min(1).max(DAYS_MAX) }),
  z.strictObject({ beforeDays: z.int().min(1).max(DAYS_MAX) }),
  z
    .strictObject({ from: moment.optional(), to: moment.optional() })
    .refine(({ from, to }) => from !== undefined || to !== undefined)
    .refine(({ from, to }) => from === undefined || to === undefined || from < to),
]);
export type When = z.infer<typeof whenSchema>;

const COUNT_MAX = 1_000_000;
/** How often: at least one unless said. */
const timesSchema = z
  .strictObject({
    least: z.int().min(1).max(COUNT_MAX).default(1),
    most: z.int().min(1).max(COUNT_MAX).optional(),
  })
  .refine(({ least, most }) => most === undefined || most >= least);
export type Times = z.infer<typeof timesSchema>;

const span = z
  .strictObject({ least: amount.optional(), most: amount.optional() })
  .refine(({ least, most }) => least !== undefined || most !== undefined)
  .refine(({ least, most }) => least === undefined || most === undefined || least <= most);
/** Between two amounts of money, both within, in the smallest unit of the currency. */
export type Span = z.infer<typeof span>;

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** What is asked of a custom field. Texts are compared without regard to the case of A to Z. */
const fieldTestSchema = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("known") }),
  z.strictObject({ op: z.literal("is"), values: lines }),
  z.strictObject({ op: z.literal("contains"), text: line }),
  z.strictObject({ op: z.literal("begins"), text: line }),
  z.strictObject({ op: z.literal("number"), least: z.number().optional(), most: z.number().optional() }),
  z.strictObject({ op: z.literal("day"), from: day.optional(), to: day.optional() }),
  z.strictObject({ op: z.literal("chosen"), values: lines, match: z.enum(["any", "all"]).default("any") }),
]);
export type FieldTest = z.infer<typeof fieldTestSchema>;

const statusNames = [
  "none",
  "subscribed",
  "unsubscribed",
  "bounced",
  "complained",
] as const satisfies readonly (keyof typeof subscriptionStatus)[];
export const channels = ["email", "mobile"] as const;
export const known = ["email", "phone", "name", "postal_code"] as const;
export const mailActs = ["received", "opened", "clicked"] as const;
/** As `people_scores.level` counts them, from 0 (docs/engagement.md). */
export const engagementLevels = ["quiet", "warm", "active", "core"] as const;
export const giftStates = ["active", "past_due", "paused", "ended"] as const;
export { statusNames };

/** One thing that is true of a person or not. Each is a closed question: it answers yes or no, never "unknown". */
export const clauseSchema = z.discriminatedUnion("is", [
  z.strictObject({
    is: z.literal("subscription"),
    channel: z.enum(channels).default("email"),
    status: z.array(z.enum(statusNames)).min(1).max(statusNames.length),
  }),
  z.strictObject({ is: z.literal("has"), what: z.enum(known) }),
  z.strictObject({ is: z.literal("tag"), tags: nos, match: z.enum(["any", "all"]).default("any") }),
  z.strictObject({ is: z.literal("field"), field: no, test: fieldTestSchema }),
  z.strictObject({
    is: z.literal("action"),
    /** Neither actions nor kinds: any action. */
    actions: nos.optional(),
    kinds: lines.optional(),
    sources: lines.optional(),
    when: whenSchema.optional(),
    times: timesSchema.optional(),
  }),
  z.strictObject({
    is: z.literal("donation"),
    actions: nos.optional(),
    /** Gifts in other currencies do not count. Needed where amounts are compared. */
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .optional(),
    when: whenSchema.optional(),
    times: timesSchema.optional(),
    total: span.optional(),
    largest: span.optional(),
    /** The newest of the gifts that count. */
    last: span.optional(),
  }),
  z.strictObject({
    is: z.literal("recurring"),
    states: z.array(z.enum(giftStates)).min(1).max(giftStates.length),
  }),
  z.strictObject({
    is: z.literal("mail"),
    did: z.enum(mailActs),
    mailings: nos.optional(),
    when: whenSchema.optional(),
    times: timesSchema.optional(),
  }),
  /** Among those a run of one of these series goes to, or of what one was changed from or into; also while their copy waits. */
  z.strictObject({ is: z.literal("series"), series: nos }),
  z.strictObject({ is: z.literal("country"), countries: z.array(country).min(1).max(TEXTS_MAX) }),
  z.strictObject({ is: z.literal("region"), regions: lines, country: country.optional() }),
  z.strictObject({ is: z.literal("city"), cities: lines }),
  z.strictObject({
    is: z.literal("postal"),
    country: country.optional(),
    prefixes: z.array(line.max(POSTAL_CODE_MAX)).min(1).max(TEXTS_MAX),
  }),
  z.strictObject({
    is: z.literal("near"),
    country: z.enum(["CA", "US"]),
    postalCode: line.max(POSTAL_CODE_MAX),
    km: z.number().positive().max(KM_MAX),
  }),
  z.strictObject({ is: z.literal("district"), districts: z.array(line.max(12)).min(1).max(DISTRICTS_MAX) }),
  z.strictObject({
    is: z.literal("source"),
    sources: lines,
    /** Only what brought the person onto the list. */
    first: z.boolean().default(false),
  }),
  z.strictObject({ is: z.literal("import"), imports: nos, who: z.enum(["all", "new"]).default("all") }),
  z.strictObject({ is: z.literal("joined"), when: whenSchema }),
  z.strictObject({ is: z.literal("language"), languages: lines }),
  z.strictObject({ is: z.literal("mailbox"), domains: lines }),
  z.strictObject({ is: z.literal("engagement"), levels: z.array(z.enum(engagementLevels)).min(1).max(4) }),
  z.strictObject({
    is: z.literal("active"),
    /** Acted, or opened or clicked a mail. */
    when: whenSchema,
    times: timesSchema.optional(),
  }),
  z.strictObject({
    is: z.literal("sample"),
    /** In hundredths of a percent: 1250 are 12.5 %. */
    share: z.int().min(0).max(10_000),
    seed: z.int().min(0).max(1_000_000_000),
  }),
  z.strictObject({ is: z.literal("saved"), audience: no }),
  z.strictObject({ is: z.literal("people"), people: z.array(no).min(1).max(PEOPLE_MAX) }),
]);
export type Clause = z.infer<typeof clauseSchema>;
export type ClauseKind = Clause["is"];
export type ClauseOf<Kind extends ClauseKind> = Extract<Clause, { is: Kind }>;

/** `all` of nothing is true of everybody, `any` of nothing of nobody. */
export type Node = { all: Node[] } | { any: Node[] } | { not: Node } | Clause;

const nodeSchema: z.ZodType<Node> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(nodeSchema).max(CHILDREN_MAX) }),
    z.strictObject({ any: z.array(nodeSchema).max(CHILDREN_MAX) }),
    z.strictObject({ not: nodeSchema }),
    clauseSchema,
  ]),
);

export const limitOrders = ["random", "newest", "oldest", "active"] as const;
/** The first so many people in an order; of people alike in it, those who came first. */
const limitSchema = z.strictObject({
  people: z.int().min(1).max(10_000_000),
  by: z.enum(limitOrders).default("random"),
  /** Which of all random orders. */
  seed: z.int().min(0).max(1_000_000_000).default(0),
  /** The last one within, once it was looked up: their place in the order, and their number. See `fixAudience`. */
  upTo: z.tuple([z.int(), z.int()]).nullable().optional(),
});
export type Limit = z.infer<typeof limitSchema>;

const treeSchema = z.strictObject({
  include: nodeSchema,
  exclude: nodeSchema.optional(),
  limit: limitSchema.optional(),
});

/**
 * Which people of a group: those `include` is true of, without those `exclude` is true of, and of them at most `limit`.
 * People who were erased or merged into another are never among them. What it refuses: a tree deeper or larger than the
 * limits above, and whatever is not of this language.
 */
export const audienceSchema = z.unknown().superRefine(checkSize).pipe(treeSchema);
export type Audience = z.infer<typeof treeSchema>;

/** Everybody of the group. */
export const everybody: Audience = { include: { all: [] } };

/** Looked at before the tree is read, so that one made to exhaust the reader never gets to it. */
function checkSize(value: unknown, check: z.RefinementCtx): void {
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  let seen = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    seen += 1;
    const { depth } = next;
    // A clause has at most four levels of its own below its place in the tree, and a condition adds two.
    if (depth > DEPTH_MAX * 2 + 5 || seen > PEOPLE_MAX + 5_000) {
      check.addIssue({ code: "custom", message: "too_large" });
      return;
    }
    if (typeof next.value === "object" && next.value !== null)
      for (const inner of Object.values(next.value)) waiting.push({ value: inner, depth: depth + 1 });
  }
}

export type SavedAudience = {
  no: number;
  id: AudienceId;
  name: string;
  description: string;
  audience: Audience;
  isShared: boolean;
  version: number;
  createdBy: number;
  createdAt: number;
  updatedAt: number;
  removedAt: number | null;
};

/** How many people, counted when, and whether that is all of them yet. */
export type Counted = {
  count: number;
  /** Which part of the people has been looked at, from 0 to 1; 1 when the count is whole. */
  share: number;
  isWhole: boolean;
  /** In ms; of a count under way when it began. */
  countedAt: number;
};
