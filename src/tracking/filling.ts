import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { fieldsOf, fillLink, loadValuesToLookAt, type MergeValues } from "../mailings/content";
import type { Context } from "../platform/context";
import type { MailCopy } from "../platform/mail-keys";
import type { Locale } from "../ui/i18n";
import { selectLanguages } from "./store-links";

/**
 * An address of a mail with its merge fields filled in for whoever has the copy. While D1 cannot be asked, and of somebody who
 * was forgotten, the fields are blank: the link still leads there.
 * @returns "" when it cannot be filled
 */
export async function fillLinkFor(ctx: Context, group: Group, copy: MailCopy, url: string): Promise<string> {
  const { groupNo, mailingNo, personNo } = copy;
  const words = { fromName: "", subject: "", preview: "", html: "" };
  const needed = fieldsOf([
    { groupNo, mailingNo, variantNo: 1, language: group.locale, ...words, plain: url },
  ]);
  try {
    const values = await loadValuesToLookAt(ctx, group, [personNo], needed);
    const mine = values.get(personNo) ?? blank(personNo);
    const isSaidInWords = mine.facts !== undefined || mine.targets !== undefined;
    const locale = isSaidInWords ? await languageOf(ctx, group, copy, mine.language) : group.locale;
    return fillLink(url, mine, { ...group, locale }) ?? "";
  } catch (error) {
    ctx.log.error("links.not_filled", error, { groupNo });
    return fillLink(url, blank(personNo)) ?? "";
  }
}

/** The language somebody's copy is in: as `mailTemplates` chooses it. */
async function languageOf(
  ctx: Context,
  group: Group,
  { mailingNo, personNo }: MailCopy,
  language: Locale | null,
): Promise<Locale> {
  const made = await selectLanguages(dbFor(ctx.env, group), mailingNo, personNo);
  return (
    [language, group.locale].find((each) => each !== null && made.includes(each)) ?? made[0] ?? group.locale
  );
}

function blank(personNo: number): MergeValues {
  return { personNo, email: "", language: null, givenName: "", fields: {} };
}
