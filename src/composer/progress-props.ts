import type { Progress } from "../delivery/types";
import type { Mailing, MailingVersion } from "../mailings/types";
import type { FlashMessage } from "../ui/flash";
import type { DayNote } from "./day-note";
import type { Page } from "./web";

export type ProgressProps = Page & {
  mailing: Mailing;
  href: string;
  numbers: Progress;
  /** In words; null of one that has none. */
  audience: string | null;
  /** Who asked for it, who agreed, as the group knows them. */
  askedBy: string | null;
  approvedBy: string | null;
  versions: readonly MailingVersion[];
  /** Whether whoever looks asked for it themselves. */
  isOwn: boolean;
  maySend: boolean;
  /** What stands for the words it would leave with now; "" once it does not wait. */
  fingerprint: string;
  /** What is waited for, of one that waits. */
  waitsFor: "colleague" | "operator";
  /** A word more about a pause, or about why an operator stopped it; "" for none. */
  pauseWords: string;
  /** Where it stands on a ranked day, until whom it mails is settled; else null. */
  dayNote: DayNote | null;
  /** The schedule as the form to change it has it. */
  startAt: string;
  flash?: FlashMessage;
};
