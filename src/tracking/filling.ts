import type { Group } from "../groups/types";
import { fieldsOf, fillLink, loadValuesToLookAt } from "../mailings/content";
import type { Context } from "../platform/context";
import type { MailCopy } from "../platform/mail-keys";

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
    return fillLink(url, values.get(personNo) ?? blank(personNo), group) ?? "";
  } catch (error) {
    ctx.log.error("links.not_filled", error, { groupNo });
    return fillLink(url, blank(personNo)) ?? "";
  }
}

function blank(personNo: number) {
  return { personNo, email: "", language: null, givenName: "", fields: {} };
}
