import {
  buildVersions,
  fieldsOf,
  loadValuesToLookAt,
  previewOf,
  RenderError,
  standIn,
} from "../mailings/content";
import type { MergeValues } from "../mailings/content/types";
import { wrapperOf } from "../mailings/mailing";
import type { Mailing, MailingVersion } from "../mailings/types";
import { senderOf } from "../senders/sender";
import { type MemberContext, shardOf } from "./web";

/** What one person would find filled in; a stand-in where that cannot be read. */
export async function valuesAs(
  c: MemberContext,
  mailing: Mailing,
  version: MailingVersion,
  as: number,
): Promise<MergeValues> {
  const { ctx, group } = c.var;
  const db = shardOf(c);
  const wrapper = await wrapperOf(db, mailing.settings.wrapperNo);
  try {
    const { builds } = await buildVersions(ctx, group, mailing, [version], wrapper);
    return (await loadValuesToLookAt(ctx, group, [as], fieldsOf(builds))).get(as) ?? standIn();
  } catch (error) {
    if (error instanceof RenderError) return standIn();
    throw error;
  }
}

/** How a mailbox lists it: from whom, about what, and the words after that. */
export type Inbox = { fromName: string; fromEmail: string; subject: string; preview: string };

/** A version as the mailbox of one person lists it, or of nobody in particular; as it was written where it cannot be filled in. */
export async function inboxOf(
  c: MemberContext,
  mailing: Mailing,
  version: MailingVersion | undefined,
  as: number | null,
): Promise<Inbox> {
  const { ctx, group } = c.var;
  const [sender, wrapper] = await Promise.all([
    senderOf(ctx, group),
    wrapperOf(shardOf(c), mailing.settings.wrapperNo),
  ]);
  const { fromEmail, fromSuffix } = sender;
  const from = (name: string) => ({ fromEmail, fromName: `${name || group.name}${fromSuffix}` });
  if (!version) return { ...from(""), subject: "", preview: "" };
  const values = as === null ? standIn() : await valuesAs(c, mailing, version, as);
  const shown = await previewOf(ctx, group, mailing, version, wrapper, values);
  const { fromName, subject, preview } = shown.problem === null ? shown : version;
  return { ...from(fromName), subject, preview };
}
