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
const proofsPerGroup = [
  { max: 200, windowMs: 3_600_000 },
  { max: 600, windowMs: 86_400_000 },
];

export type ProofResult =
  | { is: "sent"; count: number }
  | { is: "no_such_version" }
  | { is: "not_rendered"; why: string }
  | { is: "refused"; why: string }
  | { is: "bad_address" }
  | { is: "too_many" };

/**
 * Sends one version as it is now to some addresses, as somebody gets it or with stand-ins. A proof is never counted: its key says
 * so, and its links are as they are written.
 */
export async function sendTest(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  {
    to,
    as,
    variantNo,
    language,
  }: {
    to: string | readonly string[];
    as: number | null;
    variantNo: number;
    language: MailingVersion["language"];
  },
): Promise<ProofResult> {
  const addresses = [...new Set([to].flat())].map((address) => normaliseEmail(address));
  const valid = addresses.filter((address) => address !== null);
  if (valid.length === 0 || valid.length < addresses.length) return { is: "bad_address" };
  if (valid.length > PROOF_RECIPIENTS_MAX) return { is: "too_many" };
  // No quota is asked for a proof, so a group that was stopped sends none.
  if (group.status === "suspended") return { is: "refused", why: "suspended" };
  const made = await proofOf(ctx, group, mailing, { as, variantNo, language });
  if (!("render" in made)) return made;
  const taken = await Promise.all(
    valid.map(() => takeFromLimits(ctx.env, "mail-proof", String(group.no), proofsPerGroup)),
  );
  if (taken.some(({ allowed }) => !allowed)) return { is: "too_many" };
  const { sender, transport } = await laneOf(ctx, group);
  const copy = { groupNo: group.no, mailingNo: mailing.no, personNo: as ?? 0, isProof: true };
  const key = await mailKey(ctx.config.SIGNING_KEYS, copy, ctx.now);
  try {
    const mail = made.render(key);
    const message = (address: string) =>
      bulkMessage(ctx, { group, mailing, sender }, { key, to: address, mail: proofMail(mail) });
    const results = [];
    for (let at = 0; at < valid.length; at += 10)
      results.push(...(await transport.send(valid.slice(at, at + 10).map(message))));
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

async function proofOf(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  which: { as: number | null; variantNo: number; language: MailingVersion["language"] },
): Promise<{ render(key: string): Rendered } | ProofResult> {
  const db = dbFor(ctx.env, group);
  const all = await versionsOf(db, mailing.no);
  const versions = all.filter(({ variantNo }) => variantNo === which.variantNo);
  if (versions.length === 0) return { is: "no_such_version" };
  const wrapper = await wrapperOf(db, mailing.settings.wrapperNo);
  const settings = { ...mailing.settings, tracksClicks: false, tracksOpens: false };
  try {
    const { builds } = await buildVersions(ctx, group, { ...mailing, settings }, versions, wrapper);
    const template = mailTemplates(builds, { group })(which.variantNo, which.language);
    if (!template) return { is: "no_such_version" };
    const values =
      which.as === null
        ? undefined
        : (await loadMergeValues(ctx, group, [which.as], fieldsOf(builds))).get(which.as);
    return { render: (key) => template.render(values ?? standIn(), key) };
  } catch (error) {
    if (error instanceof RenderError) return { is: "not_rendered", why: error.message };
    throw error;
  }
}
