import type { PlacesTaken, PublicSigner, SlotStandings, Standing } from "../actions/types";
import type { ActionId, GroupId, ParticipationId } from "../platform/ids";

/** What the participation's row keeps of what was said, so that a later change of the person does not rewrite it. */
export type StoredAnswer = {
  givenName?: string;
  familyName?: string;
  street?: string;
  locality?: string;
  region?: string;
  postalCode?: string;
  country?: string;
  /** E.164 */
  phone?: string;
  /** Custom questions: question key → answer, or answers. */
  answers?: Record<string, string | string[]>;
  /** What the kind of action asks beside that, as its `readFields` made it. */
  own?: Record<string, unknown>;
  /** Of an embed whose source does not name it: the site it stood in, or `embed` for one not known. */
  site?: string;
  /** Typed in from paper: the number on the sheet ("" for none), and 1 for somebody who gets no thank-you mail. */
  paper?: { sheet: string; quiet?: 1 };
  /** Said by a client of the API: 1 for somebody who gets no thank-you mail, 2 where the client asked for one. */
  api?: 1 | 2;
};

/**
 * One person's doing an action, after validation. This is what an intake object keeps as JSON until D1 has it, so keys
 * are short, what was not said is left out, and values are in the form the drain's SQL reads.
 */
export type Participation = {
  /** Normalised email. */
  e: string;
  /** What was said; a field left blank is absent. */
  o: StoredAnswer;
  /** Language of the page; null where nothing tells which the person speaks. */
  la: "en" | "fr" | "es" | null;
  /** Consent: 0 not asked, 1 yes, 2 no, 3 yes where new people confirm their address first; and the hash of the wording (16 hexadecimal digits, "" when not asked). */
  co: 0 | 1 | 2 | 3;
  w: string;
  /** Brought by a client of the API, which asked nobody: whoever is new is subscribed, everybody else stays as they are. */
  su?: 1;
  /** Comment, and the status it starts with: 1 waiting, 2 shown. */
  cm?: string;
  cs?: 1 | 2;
  /** 1 when the signer may be named on the page. */
  nm: 0 | 1;
  /** Source code and referring page. */
  s?: string;
  rf?: string;
  /** Custom fields of the person that answers were bound to: field number and value. */
  f?: [fieldNo: number, value: string][];
  /** Where places run out: which slots, and how many places in each of them. */
  pl?: [slots: readonly string[], count: number];
  /** The reply it changes, which may have been given under another address of theirs. */
  r?: ParticipationId;
  /** What was paid: the payment's id, under which the participation is kept and by which it counts once; and the money. */
  k?: string;
  am?: number;
  cu?: string;
};

/** A participation as the drain reads it: with its id (32 hex digits), moment (ms), identity hash and number. */
export type DrainedParticipation = Participation & { i: string; t: number; h: string; n: number; u?: 1 } & {
  /** Where places run out: the standing, when it was decided, the same of each slot, and when they moved up from the waiting list. */
  st?: number;
  sa?: number;
  ss?: Record<string, number>;
  pa?: number;
};

/** What an intake object must know of its action; sent along with each call, so that a cold object needs nothing else. */
export type IntakeTarget = {
  groupNo: number;
  groupId: GroupId;
  shard: string;
  jurisdiction: "" | "eu" | "us" | "fedramp";
  actionNo: number;
  actionId: ActionId;
  kind: string;
  isOnce: boolean;
  tagNos: number[];
  /** Whether anything follows: a thank-you mail, or a step of the kind. */
  hasReceipt: boolean;
  /** Whether what was drained stays in the objects for some days, in case the database must be set back. Absent means no. */
  keepsDrained?: boolean;
  /** Where places run out: how many there are of each, as of a version of the page; one object then decides for all. */
  places?: { version: number; capacities: Record<string, number | null> };
};

export type RecordReply = {
  /**
   * counted: new. updated: a newer answer of someone who acted before. same: a repeat of what is stored. full: they have a
   * place and asked for more than is left; nothing was changed.
   */
  outcome: "counted" | "updated" | "same" | "closed" | "full";
  id: ParticipationId;
  /** As this object knows it: its own count and the others' last report. */
  total: number;
  spread: number;
  /** Where places run out: whether there was one, and where there are several slots, in which. */
  standing?: Standing;
  slots?: SlotStandings;
};

/** What a page that follows an answer is told of it. */
export type Told = Pick<RecordReply, "outcome" | "id" | "total" | "standing" | "slots">;

/** One page of news of stored participations, for receipts, webhooks and whatever else follows. A hint, not the truth. */
export type ParticipationsRecorded = {
  type: "participations.recorded";
  target: IntakeTarget;
  /** Person number and participation id of each; at most EVENT_PAGE_SIZE. */
  people: [personNo: number, id: ParticipationId][];
};

export const EVENT_PAGE_SIZE = 100;

/** What an intake object tells its action's home. Numbers are absolute and versioned, so reports may repeat or overtake. */
export type ObjectReport = {
  object: string;
  count: number;
  version: number;
  pending: number;
  oldestPendingAt: number | null;
  parked: number;
  /** Participations this object settled in D1 since it woke. */
  drained: number;
  /** Participations taken per second since the last report. */
  ratePerSecond: number;
  /** When the earliest participation settled since the last report was made; follow-ups look from there. */
  settledFrom: number | null;
  /** Signers settled since the last report, newest first. */
  recent: PublicSigner[];
  /** It keeps what it drained, and has heard nothing yet since it woke: it may not know who was erased meanwhile. */
  asksForErased: boolean;
  /** Where places run out. */
  places?: PlacesReport;
  lastError: string | null;
};

/** Who has a place: how many people, how many places of each slot, and how many have ever moved up and are stored so. */
export type PlacesReport = { people: number; taken: PlacesTaken; promoted: number };

export type HomeReply = {
  total: number;
  spread: number;
  isClosed: boolean;
  /** For an object that asks. */
  erased: Erasure[];
};

/** Somebody asked to be forgotten: what they said up to `at` is to be blanked. */
export type Erasure = { identity: Uint8Array; at: number };

export type HomeSummary = {
  /** Where places run out, those who have one. */
  total: number;
  places?: PlacesTaken;
  recent: PublicSigner[];
  spread: number;
  pending: number;
  parked: number;
  /** Participations counted at the end of each of the last 60 days, oldest first: day number since 1970 → total. */
  days: [day: number, total: number][];
  /** The last comparison with D1: when, and by how much home was off. */
  checkedAt: number | null;
  drift: number;
};

/**
 * Work that must follow stored participations even when the message announcing them was lost. Called by an action's
 * home some minutes after the last drain. Gives how many had been missed; the window is asked for again until none are.
 */
export type FollowUpWindow = { target: IntakeTarget; sinceMs: number; untilMs: number };
