import type { DraftReport } from "../breakdowns/breakdown";
import type { Breakdown } from "../breakdowns/types";
import type { Estimate } from "../delivery/types";
import type { Problem } from "../mailings/content";
import type { Mailing, MailingVersion } from "../mailings/types";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import type { DayNote } from "./day-note";
import type { ReviewValues } from "./review-form";
import type { Inbox } from "./shown-as";
import type { Proofs } from "./store-proofs";
import type { Language, Page } from "./web";

/** Somebody the mail is shown as. */
export type ShownAs = { personNo: number; name: string; language: Language };

export type ReviewProps = Page & {
  mailing: Mailing;
  href: string;
  versions: readonly MailingVersion[];
  /** In words; null while nobody is chosen. */
  audience: string | null;
  estimate: Estimate | null;
  problems: readonly Problem[];
  proofs: Proofs;
  /** How many lack what a mail says of people, by merge field. */
  blanks: readonly { field: string; count: number }[];
  /** Merge fields of which nobody can say just now how many lack them. */
  notCounted: readonly string[];
  /** How many have no row in the merge file, and get the mail nevertheless. */
  withoutRow: number;
  isBlanksWhole: boolean;
  values: ReviewValues;
  errors: FieldErrors;
  topics: readonly { no: number; name: string }[];
  wrappers: readonly { no: number; name: string }[];
  /** Empty for whoever may not see people: the mail is shown with stand-ins. */
  shownAs: readonly ShownAs[];
  as: ShownAs | null;
  variantNo: number;
  inbox: Inbox;
  /** What is to be typed back; null for a send nobody needs to be asked about. */
  typeBack: number | null;
  /** Whether pressing the button sends, or asks somebody else to agree. */
  isAsking: boolean;
  mayWrite: boolean;
  presence: string;
  flash?: FlashMessage;
  /** When somebody wants it to begin; null: now. */
  startAt: number | null;
  /** What other mailings of the day take away; null where the day is not ranked. */
  dayNote: DayNote | null;
  /** What tells its people apart, and what there is to choose from. */
  breakdowns: readonly Breakdown[];
  draftReport: DraftReport | null;
  /** Why it was not sent. */
  refusal?: string;
};
