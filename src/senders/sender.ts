import { recordAct } from "../groups/audit";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { normaliseEmail } from "../platform/email-address";
import { openDkimKey } from "./dkim-key";
import { gateOfGroup } from "./quota";
import { verifiedDomain } from "./store";
import type { Sender } from "./types";

export { gateOf } from "./objects";
export { pacesOf, savePaces } from "./paces";
export { allowBigSends, gateOfGroup, maySend, quotaOf, setQuota } from "./quota";
export type { Grant, MaySend, Quota, Sender, SenderHealth, Stop } from "./types";

/** What follows a sender's name when its mail leaves from the platform's domain. */
const SUFFIX = " via Groundswell";

/**
 * Who a group's mailings are from: an address at its own domain once its DNS says so, else one at the platform's. Never the
 * group's address elsewhere: a mailbox provider would refuse what says it is from gmail.com and comes from us (DMARC).
 */
export async function senderOf(
  ctx: Context,
  group: Pick<Group, "no" | "slug" | "jurisdiction" | "settings">,
): Promise<Sender> {
  const replyTo = normaliseEmail(group.settings.replyTo) ?? "";
  const at = { replyTo, gate: String(group.no), jurisdiction: group.jurisdiction };
  const own = await verifiedDomain(ctx.directory, group.no);
  if (!own) {
    const fromEmail = `${group.slug}@${ctx.config.mailDomain}`;
    return { ...at, fromEmail, fromSuffix: SUFFIX, isOwnDomain: false, lane: { dkim: null } };
  }
  const dkim = await openDkimKey(ctx.config, own);
  const fromEmail = `${own.detail.local ?? group.slug}@${own.domain}`;
  return { ...at, fromEmail, fromSuffix: "", isOwnDomain: true, lane: { dkim } };
}

/** Lets a stopped sender go on. False when it was not stopped. */
export async function resumeSender(
  ctx: Context,
  group: Pick<Group, "no" | "jurisdiction">,
  by: { no: number },
): Promise<boolean> {
  if (!(await gateOfGroup(ctx, group).resume())) return false;
  await recordAct(ctx, { groupNo: group.no, accountNo: by.no, act: "sending.resumed" });
  return true;
}
