import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { fieldsOf, mailTemplates } from "../mailings/content";
import type { MailTemplate, NeededFields } from "../mailings/content/types";
import { mailingByNo } from "../mailings/mailing";
import type { Mailing, MailingVersion } from "../mailings/types";
import type { Context } from "../platform/context";
import { LruCache } from "../platform/lru";
import type { BulkTransport } from "../platform/mail/bulk";
import { bulkTransport } from "../platform/mail/bulk-transport";
import { type Sender, senderOf } from "../senders/sender";
import { selectBuilds } from "./store";

/** What every page of a mailing needs: read and compiled once in an isolate. */
export type Kit = {
  mailing: Mailing;
  template(variantNo: number, language: MailingVersion["language"]): MailTemplate | null;
  needed: NeededFields;
};

/** What a frozen mailing is made of does not change any more. */
const KITS_MAX = 20;
const KIT_MS = 10 * 60_000;
const kits = new LruCache<Kit>(KITS_MAX);
/** A domain that lost its DNS records sends no longer than so. */
const SENDER_MS = 15_000;
const senders = new LruCache<Sender>(100);

/** Null when there is no such mailing, or nothing was frozen at that moment. */
export async function kitOf(
  ctx: Context,
  group: Group,
  { mailingNo, frozenAt }: { mailingNo: number; frozenAt: number },
): Promise<Kit | null> {
  const key = `${group.no}/${mailingNo}/${frozenAt}`;
  const known = kits.get(key, ctx.now);
  if (known) return known;
  const db = dbFor(ctx.env, group);
  const [mailing, builds] = await Promise.all([mailingByNo(db, mailingNo), selectBuilds(db, mailingNo)]);
  if (!mailing || builds.length === 0 || mailing.frozen?.frozenAt !== frozenAt) return null;
  const kit: Kit = { mailing, template: mailTemplates(builds, { group }), needed: fieldsOf(builds) };
  kits.set(key, kit, ctx.now + KIT_MS);
  return kit;
}

/** Who it is from, and the way it leaves. */
export async function laneOf(
  ctx: Context,
  group: Group,
): Promise<{ sender: Sender; transport: BulkTransport }> {
  const key = `${group.no}/${JSON.stringify(group.settings.replyTo)}`;
  const sender = senders.get(key, ctx.now) ?? (await senderOf(ctx, group));
  senders.set(key, sender, ctx.now + SENDER_MS);
  return { sender, transport: bulkTransport(ctx, sender.lane) };
}

/** For tests, which change senders. */
export function forgetKits(): void {
  kits.clear();
  senders.clear();
}
