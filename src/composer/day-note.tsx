import { dayOf, placeOf, rivalsOf } from "../ranking/ranking";
import { formatNumber } from "../ui/format";
import type { T } from "../ui/i18n";
import { dayInWords } from "./day-views";
import { type MemberContext, mailingsHref, shardOf } from "./web";

/** That other mailings of a mailing's day come into it, in words, and where one sees them. */
export type DayNote = { words: string; href: string };

/** Of a mailing that is to begin at a moment; null on a day that is not ranked. */
export async function dayNote(
  c: MemberContext,
  { no, startAt }: { no: number; startAt: number },
): Promise<DayNote | null> {
  const { t, locale, group } = c.var;
  const db = shardOf(c);
  if (!(await rivalsOf(group, db, { no, startAt }))) return null;
  const day = dayOf(group, startAt);
  const href = `${mailingsHref(c)}/days/${day}`;
  const listed = await placeOf(group, db, { no, startAt });
  const said = dayInWords(day, locale);
  if (!listed) return { href, words: t("days.note.draft", { day: said }) };
  const { place, of } = listed;
  const numbers = { place: formatNumber(place, locale), of: formatNumber(of, locale) };
  return { href, words: t("days.note.place", { ...numbers, day: said }) };
}

/** The same for the page. */
export function DayNoteWords({ t, note }: { t: T; note: DayNote | null }) {
  if (!note) return null;
  return (
    <p class="soft">
      {note.words} <a href={note.href}>{t("days.note.show")}</a>
    </p>
  );
}
