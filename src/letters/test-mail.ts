import type { Account } from "../accounts/account";
import type { Action } from "../actions/types";
import type { Group } from "../groups/types";
import type { MailMessage } from "../platform/mail/mail";
import { translator } from "../ui/i18n";
import { letterMail, writeLetter } from "./email";
import { textHash } from "./text";
import { letterSettings } from "./types";

type Test = { to: Pick<Account, "name" | "email">; pageUrl: string };

/** The first letter as an organiser's own office would get it; null while there is none. Nobody else is written to. */
export async function testMail(
  group: Group,
  action: Action,
  { to, pageUrl }: Test,
): Promise<MailMessage | null> {
  const { source, variants } = letterSettings.parse(action.settings);
  const [first] = variants;
  if (!first) return null;
  const t = translator(action.locale);
  const [person] = source.people;
  const target = { name: person?.name ?? t("letters.test.target"), title: person?.title ?? "", office: "" };
  const hash = await textHash(first);
  const letter = writeLetter({ answer: { givenName: to.name }, email: to.email }, target, {
    language: action.locale,
    said: { v: hash },
    texts: new Map([[hash, first]]),
  });
  if (!letter) return null;
  const subject = t("letters.test.subject", { subject: letter.subject });
  return letterMail(group, { ...target, address: to.email }, { ...letter, subject }, pageUrl);
}
