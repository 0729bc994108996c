import { single } from "../platform/forms";
import { type NamedMailbox, namedMailboxes } from "../platform/mail/mailbox-provider";
import type { Paces } from "./store";
import { PACE_SET_MAX, PACE_SET_MIN } from "./types";

/** Spaces as people group digits with, in any of the languages. */
const GROUPING = /[\s\u00a0\u202f.,’']/g;
const WHOLE = /^\d{1,9}$/;

/** What is typed for each provider, and the paces it makes; a provider left empty has none. */
export type PaceForm = { typed: Partial<Record<NamedMailbox, string>>; paces: Paces; wrong: NamedMailbox[] };

/** The name of a provider's field. */
export function paceField(mailbox: NamedMailbox): string {
  return `pace_${mailbox}`;
}

/** Reads the form; what is no number of mails an hour is in `wrong`. */
export function readPaces(values: Record<string, string | string[]>): PaceForm {
  const form: PaceForm = { typed: {}, paces: {}, wrong: [] };
  for (const mailbox of namedMailboxes) {
    const text = single(values, paceField(mailbox)).trim();
    if (text === "") continue;
    form.typed[mailbox] = text.slice(0, 20);
    const bare = text.replace(GROUPING, "");
    const most = WHOLE.test(bare) ? Number(bare) : 0;
    if (most < PACE_SET_MIN || most > PACE_SET_MAX) form.wrong.push(mailbox);
    else form.paces[mailbox] = most;
  }
  return form;
}
