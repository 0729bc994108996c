import type { Hono } from "hono";
import type { Child } from "hono/jsx";
import type { z } from "zod";
import type { GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { MemberEnv } from "../groups/web";
import type { FollowUpWindow, Participation, Told } from "../intake/types";
import type { Context } from "../platform/context";
import type { FormValues } from "../platform/forms";
import type { ParticipationId } from "../platform/ids";
import type { EmailBlock } from "../ui/email";
import type { Key, Locale, T } from "../ui/i18n";
import type { Problems } from "./editing";
import type { PublicEnv, PublicPagesDeps } from "./public-web";
import type { Action, ActionSnapshot, CommonSettings, FormState, PublicCount } from "./types";

export type PageProps = {
  t: T;
  snapshot: ActionSnapshot;
  count: PublicCount;
  form: FormState;
  source: string;
  isPreview: boolean;
};

/** What a kind's own part of the public form is given. */
export type FieldsProps = {
  t: T;
  ctx: Context;
  snapshot: ActionSnapshot;
  form: FormState;
  step: number;
  /** The last known numbers; null while they are out of reach. */
  count: PublicCount | null;
};

/** What the thank-you page knows of the person in front of it: what the signed address says, and nothing else. */
export type ThanksProps = {
  t: T;
  ctx: Context;
  snapshot: ActionSnapshot;
  /** Null for someone who came by a link and not by acting. */
  done: Done | null;
  origin: string;
};

/** What became of somebody's place where places run out. */
export const standings = { confirmed: 1, waiting: 2, cancelled: 3 } as const;
export type Standing = keyof typeof standings;
/** The same of each of several slots, by slot: those that somebody has a place in or waits for. */
export type SlotStandings = Readonly<Record<string, Standing>>;

export const standingNames = ["confirmed", "waiting", "cancelled"] as const satisfies readonly Standing[];

/** The standing a row holds as a number; null for 0, where there are no places. */
export function standingOf(stored: number): Standing | null {
  return standingNames.find((name) => standings[name] === stored) ?? null;
}

/** What a row holds of several slots, as `{"s1":1,"s2":2}`; nothing where there is but one. */
export function slotStandings(stored: string | null): SlotStandings {
  const slots: Record<string, number> = JSON.parse(stored ?? "{}");
  return Object.fromEntries(
    Object.entries(slots).flatMap(([slot, number]) => {
      const standing = standingOf(number);
      return standing ? [[slot, standing]] : [];
    }),
  );
}

/** The same as text, as rows and links hold it. */
export function slotsText(slots: SlotStandings): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(slots).map(([slot, name]) => [slot, standings[name]])),
  );
}

/** What the thank-you page is told, in its address instead of a cookie: which number someone is, and whether they had acted. */
export type Done = {
  nth: number;
  isRepeat: boolean;
  /** What somebody said earlier was changed by it. Whoever sent it only knew their address: what proves to be them is not shown. */
  isRevised?: boolean;
  id: ParticipationId | null;
  standing: Standing | null;
  /** Of each slot, where there are several. */
  slots?: SlotStandings;
};

export type EditorProps = {
  t: T;
  ctx: Context;
  group: Group;
  action: Action;
  errors: Record<string, string>;
  values: FormValues;
};

/** What of the form stands on one page of it. What stands on another page travels along unseen. */
export type FormStep = {
  /** What the organiser calls this page. */
  title?: string | undefined;
  standard: boolean;
  /** The kind's own fields; they are told which step it is. */
  own: boolean;
  /** The keys of the custom questions asked on this page. */
  questions: "all" | readonly string[];
  comment: boolean;
  consent: boolean;
};

/** What a kind reads out of the form beside what all kinds ask: what it keeps, or what is wrong with which field. */
export type OwnAnswer =
  | { is: "valid"; own: Record<string, unknown> }
  /** Nothing is wrong, but something is to be asked first: that page, else the one sent, is shown again with it. */
  | { is: "more"; step?: number }
  | {
      is: "invalid";
      errors: Record<string, string>;
      /** Where they are, if not on the page sent. */
      step?: number;
    };

export type OwnInput = {
  t: T;
  ctx: Context;
  snapshot: ActionSnapshot;
  values: FormValues;
  /** The page of the form that was sent, from 1; on the last one everything must be answered. */
  step: number;
  isLast: boolean;
};

/** Places of which there are only so many: so many in each of some shifts, or of the event as a whole (""). */
export type Places = { slots: readonly string[]; count: number };

/** A step that follows every stored participation of a kind. It may be asked for the same person again, and must not care. */
export type Afterwards = {
  name: string;
  run(
    ctx: Context,
    group: Group,
    action: Action,
    people: readonly [personNo: number, id: ParticipationId][],
  ): Promise<void>;
  /** Asks again for those of a window whom the news never reached. Gives how many are not settled; asked until none is. */
  findMissing(ctx: Context, window: FollowUpWindow): Promise<number>;
};

/** What stands in a column of the list of participants and of its export. */
export type OwnColumn = {
  key: string;
  title: Key;
  /**
   * @param standing what became of the place, where places run out
   * @param slots the same of each slot, where there are several
   */
  value(
    t: T,
    own: Record<string, unknown>,
    action: Action,
    standing: Standing | null,
    slots: SlotStandings,
  ): string;
};

/** Shared parts of the editor and the page that a kind can do without. */
export type SharedPart = "comments" | "goal" | "recent" | "questions";

/** How somebody's answer is taken. */
export type Taking = {
  ctx: Context;
  snapshot: ActionSnapshot;
  participation: Participation;
  request: Request;
  origin: string;
  record(participation: Participation): Promise<Told>;
};

/** What a page counts towards its goal in place of people, such as money raised; absolute, in a unit of the kind's own. */
export type Tally = {
  /** Null where the action counts people after all. Read every few seconds; the last known one is shown while it fails. */
  read(ctx: Context, snapshot: ActionSnapshot): Promise<number | null>;
  goal(snapshot: ActionSnapshot, tally: number): number | null;
  words(
    t: T,
    snapshot: ActionSnapshot,
    shown: { tally: number; people: number; goal: number | null },
  ): { total: string; people: string; goal: string };
};

/** What became of it: taken (and perhaps a page to go on to), or not yet, with where to go or what is wrong. */
export type Taken =
  | { is: "recorded"; reply: Told; goOnTo?: string }
  | { is: "elsewhere"; href: string }
  /** Taken so far, and the form goes on at one of its pages, with these values in place of what was sent. */
  | { is: "again"; step: number; values: FormValues }
  | { is: "invalid"; errors: Record<string, string> };

/**
 * One kind of action: what is special about it and nothing else. `kinds.ts` lists them.
 * Everything shared (publication, fields, consent, dedup, counters, sharing) is written once for all kinds.
 */
export type Kind = {
  name: string;
  /** The plural noun of its URLs: `/petitions/clean-air`. */
  path: string;
  /** True: a person's newer answer replaces the earlier one. False: each adds. */
  isOnce: boolean;
  /** "single" kinds have places that run out, so one object decides in arrival order. */
  intake: "spread" | "single";
  words: {
    /** "Petition", and what one is for in a sentence, for whoever chooses what to start. */
    name: Key;
    summary: Key;
    /** The page that makes one: its title, its one question and the hint below. */
    create: Key;
    question: Key;
    hint: Key;
    /** Those who take part, as the name of their list: "Signers". */
    participants: Key;
    /** "supporters" beside their number (a plural), and "You’re number {{n}}"; the usual words when left out. */
    people?: Key;
    nth?: Key;
  };
  /** Extends `commonSettings`; throws away what it does not know. */
  settings: z.ZodType<CommonSettings>;
  /** The settings a new draft starts with. */
  starting(group: Group): CommonSettings;
  /** The settings a copy of an action starts with, where they hold something that happened to the first alone. */
  copied?(settings: CommonSettings): CommonSettings;
  /** Its organisers may spread their questions over pages; its `steps` then says how. */
  hasPages?: boolean;
  /** Parts of the page and its editor that make no sense for the kind. */
  lacks?: readonly SharedPart[];
  /** Reasons an action may not be published, as keys of the kind's locale file. */
  reasonsNotToPublish(action: Action, now: number): Key[];
  /** The editor's field in which one does something about such a reason, where one field does it. */
  reasonFields?: Partial<Record<Key, string>>;
  /** What is wrong with settings although each by itself is as it may be, by the editor's field. */
  problems?(settings: CommonSettings, now: number): Problems;
  /** What serving needs of the databases; looked up at publication, kept in the snapshot as `extra`. */
  extra?(ctx: Context, db: GroupDb, action: Action): Promise<unknown>;

  /** What is special on the public page above the form: to whom, what is asked. */
  Story(props: PageProps): Child;
  /** Below the organiser's own story: updates, results, a list. */
  Below?(props: PageProps): Child;
  /** What paper says of it besides its title: to whom, when, where; and what is asked, else its story's beginning. */
  onPaper?(t: T, snapshot: ActionSnapshot): { facts: readonly string[]; ask: string };
  /** The label of the button that does it, and on the last page of the form, told by its number, of the one that sends it. */
  buttonLabel(t: T, snapshot?: ActionSnapshot, step?: number): string;
  /** Styles and scripts (of `public/js`) its pages need besides the common ones. */
  style?: string;
  scripts?: readonly string[];
  /** What search engines read, in place of the article that a page otherwise is (schema.org). */
  structured?(props: PageProps & { url: string }): Record<string, unknown>;
  /** Nobody can take part any more although it is not closed: a date has passed. */
  isOver?(snapshot: ActionSnapshot, now: number): boolean;

  /** The pages of its form, when it has more than one. */
  steps?(snapshot: ActionSnapshot): readonly FormStep[];
  /** The kind's own fields, before and after what all kinds ask. */
  FieldsBefore?(props: FieldsProps): Child | Promise<Child>;
  FieldsAfter?(props: FieldsProps): Child | Promise<Child>;
  readFields?(input: OwnInput): OwnAnswer | Promise<OwnAnswer>;
  /** Which places somebody asks for, and how many of each there are (null: as many as come). */
  placesOf?(own: Record<string, unknown>): Places | null;
  capacities?(snapshot: ActionSnapshot): Record<string, number | null>;
  tally?: Tally;
  /** Origins that the posted form may lead to, such as the page of a payment provider. */
  sendsTo?(ctx: Context): readonly string[];
  /** Takes the answer otherwise than by recording it at once: a donation is recorded when it is paid. */
  take?(taking: Taking): Promise<Taken>;
  Thanks?(props: ThanksProps): Child | Promise<Child>;
  /** Further addresses below `/<path>` on the group's host. Mounted before what all kinds answer. */
  publicRoutes?(deps: PublicPagesDeps): Hono<PublicEnv>;
  /** The steps that follow a stored participation. */
  afterwards?: readonly Afterwards[];

  /** What an organiser calls each of the kind's own settings, for the history of edits. */
  fieldLabels: Record<string, Key>;
  /** The kind's own fields of the editor, and how to read them back from the posted form. */
  Editor(props: EditorProps): Child | Promise<Child>;
  readEditor(form: FormValues): Record<string, unknown>;
  /** Buttons of the kind's own editor, such as "add a row": the form as it should be shown next, or null if not its own. */
  pressEditor?(button: string, form: FormValues): FormValues | null;
  /** What a list of the group's actions says of one below its title, from the facts `listPublished` reads; null: it is over. */
  listed?(facts: unknown, locale: Locale, now: number): string | null;
  /** Told after the action was edited or published; D1 has it by then. A failure is logged, and tried once more a moment later. */
  saved?(ctx: Context, group: Group, action: Action): Promise<void>;
  /**
   * Work that the clock brings: does what is due now and gives when to ask again, in ms, or null for never. Asked by the
   * action's home, which goes on asking until it succeeds; may be asked at any time.
   */
  due?(ctx: Context, group: Group, action: Action): Promise<number | null>;
  /** The usual words of its thank-you mail, and what that mail tells each person beside the organiser's words. */
  receipt?: {
    subject: Key;
    body: Key;
    blocks(
      ctx: Context,
      group: Group,
      action: Action,
      people: readonly number[],
    ): Promise<ReadonlyMap<number, readonly EmailBlock[]>>;
  };
  /** Organisers' pages about one action beside the shared ones, and the tabs that lead to them. */
  memberRoutes?(kinds: readonly Kind[]): Hono<MemberEnv>;
  tabs?: readonly {
    name: string;
    path: string;
    label: Key;
    needs: "actions.view" | "actions.edit" | "people.view";
  }[];
  /** The kind's own answers in the list of participants and in its export. */
  columns?(action: Action): readonly OwnColumn[];
  /** How an embed on somebody else's page names it (`/widgets/v6/petition/…`, `#new_signature`). */
  widget: { type: string; formId: string };
};
