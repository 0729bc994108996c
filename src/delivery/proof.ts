import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import {
  buildVersions,
  fieldsOf,
  loadMergeValues,
  mailTemplates,
  RenderError,
  standIn,
} from "../mailings/content";
import { versionsOf, wrapperOf } from "../mailings/mailing";
import type { Mailing, MailingVersion } from "../mailings/types";
import type { Context } from "../platform/context";
import { normaliseEmail } from "../platform/email-address";
import { takeFromLimits } from "../platform/limits";
import { mailKey } from "../platform/mail-keys";
import { laneOf } from "./kit";
import { bulkMessage } from "./message";

/** People at once, and proofs of one group: whoever tests does not send a mailing this way. */
export const PROOF_RECIPIENTS_MAX = 20;
export const PROOFS_PER_HOUR = 200;
const proofsPerGroup = [
  { max: PROOFS_PER_HOUR, windowMs: 3_600_000 },
  { max: 600, windowMs: 86_400_000 },
];

export type ProofOf = Pick<MailingVersion, "variantNo" | "language">;

export type ProofResult =
  | { is: "sent"; count: number }
  | { is: "no_such_version" }
  | { is: "not_rendered"; why: string }
  | { is: "refused"; why: string }
  | { is: "bad_address" }
  /** More addresses than may get one at once. */
  | { is: "too_many" }
  /** So many mails are more than the group may send now. */
  | { is: "over_limit"; mails: number };

/**
 * Sends some versions as they are now to some addresses, as somebody gets them or with stand-ins. All of them are made, and all are
 * taken from the group's limit, before the first leaves. A proof is never counted: its key says so, and its links are as they are
 * written.
 */
export async function sendTest(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  { to, as, which }: { to: string | readonly string[]; as: number | null; which: readonly ProofOf[] },
): Promise<ProofResult> {
  const addresses = [...new Set([to].flat())].map((address) => normaliseEmail(address));
  const valid = addresses.filter((address) => address !== null);
  if (valid.length === 0 || valid.length < addresses.length) return { is: "bad_address" };
  if (valid.length > PROOF_RECIPIENTS_MAX) return { is: "too_many" };
  // No quota is asked for a proof, so a group that was stopped sends none.
  if (group.status === "suspended") return { is: "refused", why: "suspended" };
  const mails = valid.length * which.length;
  if (mails > PROOFS_PER_HOUR) return { is: "over_limit", mails };
  const made = await proofsOf(ctx, group, mailing, { as, which });
  if (!("renders" in made)) return made;
  const { sender, transport } = await laneOf(ctx, group);
  const copy = { groupNo: group.no, mailingNo: mailing.no, personNo: as ?? 0, isProof: true };
  const key = await mailKey(ctx.config.SIGNING_KEYS, copy, ctx.now);
  try {
    const rendered = made.renders.map((render) => proofMail(render(key)));
    const limits = proofsPerGroup.map((limit) => ({ ...limit, count: mails }));
    const { allowed } = await takeFromLimits(ctx.env, "mail-proof", String(group.no), limits);
    if (!allowed) return { is: "over_limit", mails };
    const all = rendered.flatMap((mail) => valid.map((to) => ({ key, to, mail })));
    const message = (each: (typeof all)[number]) => bulkMessage(ctx, { group, mailing, sender }, each);
    const results = [];
    for (let at = 0; at < all.length; at += 10)
      results.push(...(await transport.send(all.slice(at, at + 10).map(message))));
    const failed = results.find(({ outcome }) => outcome !== "accepted");
    if (failed && failed.outcome !== "accepted") return { is: "refused", why: failed.reason };
    return { is: "sent", count: results.length };
  } catch (error) {
    if (error instanceof RenderError) return { is: "not_rendered", why: error.message };
    throw error;
  }
}

type Rendered = { fromName: string; subject: string; html: string; text: string; amp?: string };

function proofMail(mail: Rendered): Rendered {
  return { ...mail, subject: `[Test] ${mail.subject}` };
}

async function proofsOf(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  { as, which }: { as: number | null; which: readonly ProofOf[] },
): Promise<{ renders: ((key: string) => Rendered)[] } | ProofResult> {
  const db = dbFor(ctx.env, group);
  const asked = new Set(which.map(({ variantNo }) => variantNo));
  const versions = (await versionsOf(db, mailing.no)).filter(({ variantNo }) => asked.has(variantNo));
  const wrapper = await wrapperOf(db, mailing.settings.wrapperNo);
  const settings = { ...mailing.settings, tracksClicks: false, tracksOpens: false };
  try {
    const { builds } = await buildVersions(ctx, group, { ...mailing, settings }, versions, wrapper);
    const templateOf = mailTemplates(builds, { group });
    const templates = which.flatMap(({ variantNo, language }) => templateOf(variantNo, language) ?? []);
    if (templates.length < which.length) return { is: "no_such_version" };
    const values =
      as === null ? undefined : (await loadMergeValues(ctx, group, [as], fieldsOf(builds))).get(as);
    return { renders: templates.map((each) => (key) => each.render(values ?? standIn(), key)) };
  } catch (error) {
    if (error instanceof RenderError) return { is: "not_rendered", why: error.message };
    throw error;
  }
}
