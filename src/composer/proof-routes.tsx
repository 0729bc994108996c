import { Hono } from "hono";
import { PROOF_RECIPIENTS_MAX, PROOFS_PER_HOUR, sendTest } from "../delivery/delivery";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { coveringOf } from "../mailings/combining";
import { previewOf, standIn } from "../mailings/content";
import { versionsOf, wrapperOf } from "../mailings/mailing";
import type { Mailing } from "../mailings/types";
import { AppError } from "../platform/errors";
import { readForm, several, single } from "../platform/forms";
import { parseDay } from "../ranking/ranking";
import type { FieldErrors } from "../ui/form";
import { answerPreview } from "./preview";
import { reviewing, variantIn } from "./review-routes";
import { ReviewPage } from "./review-views";
import { oneOf } from "./sample";
import { valuesAs } from "./shown-as";
import { askForProofs, countProofs } from "./store-proofs";
import { hrefOf, type Language, MAILING_PATH, type MemberContext, mailingIn, shardOf } from "./web";

const FORM_BYTES_MAX = 16 * 1024;
/** Nobody reads more tests of one mailing. */
const WANTED_MAX = 100;

/** A mailing before it leaves, as somebody gets it: sent as a test, and shown. */
export const proofRoutes = new Hono<MemberEnv>();

proofRoutes.post(`${MAILING_PATH}/tests`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const to = several(values, "to").flatMap((text) => text.split(/[\s,;]+/).filter((each) => each !== ""));
  const as = Number(single(values, "as")) || null;
  const problem = await test(c, mailing, to, as !== null && can(c.var.role, "people.view") ? as : null);
  if (!problem) {
    await countProofs(shardOf(c), mailing.no, { sent: new Set(to).size, now: c.var.ctx.now });
    return c.redirect(`${hrefOf(c, mailing, "review")}?done=tested`, 303);
  }
  return c.html(<ReviewPage {...(await reviewing(c, mailing, { errors: { to: problem } }))} />, 422);
});

/** Somebody asks the writers of a mailing for so many tests by a day. */
proofRoutes.post(`${MAILING_PATH}/tests/wanted`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const [number, day] = [single(values, "wanted").trim(), single(values, "wantedBy").trim()];
  const wanted = number === "" ? null : Number(number);
  const errors: FieldErrors = {};
  if (wanted !== null && !(Number.isInteger(wanted) && wanted >= 1 && wanted <= WANTED_MAX))
    errors.wanted = c.var.t("composer.proofs.problem", { most: WANTED_MAX });
  if (day !== "" && !parseDay(day)) errors.wantedBy = c.var.t("composer.proofs.noDay");
  if (Object.keys(errors).length > 0)
    return c.html(<ReviewPage {...(await reviewing(c, mailing, { errors }))} />, 422);
  const wantedBy = wanted === null || day === "" ? null : day;
  await askForProofs(shardOf(c), mailing.no, { wanted, wantedBy });
  return c.redirect(`${hrefOf(c, mailing, "review")}?done=wanted#test`, 303);
});

/** Sends every variant in every language; of a mailing with alternates enough versions to show each of them. Gives what is wrong, in words; null when all have left. */
async function test(
  c: MemberContext,
  mailing: Mailing,
  to: string[],
  as: number | null,
): Promise<string | null> {
  const { ctx, t, group } = c.var;
  if (to.length === 0) return t("composer.problem.address");
  const person = as === null ? null : await oneOf(ctx, group, as);
  const which = coveringOf(await versionsOf(shardOf(c), mailing.no));
  const sent = await sendTest(ctx, group, mailing, { to, as: person?.personNo ?? null, which });
  switch (sent.is) {
    case "sent":
      return null;
    case "bad_address":
      return t("composer.problem.address");
    case "too_many":
      return t("composer.test.tooMany", { count: PROOF_RECIPIENTS_MAX });
    case "over_limit":
      return t("composer.test.overLimit", { count: sent.mails, most: PROOFS_PER_HOUR });
    case "no_such_version":
    case "not_rendered":
      return t("composer.test.notRendered");
    case "refused":
      return t("composer.test.refused");
  }
}

/** The mail by itself, for a frame that may do nothing. */
proofRoutes.get(`${MAILING_PATH}/preview`, memberCan("mailings.view"), async (c) => {
  const { ctx, group, role } = c.var;
  const mailing = await mailingIn(c);
  const db = shardOf(c);
  const versions = await versionsOf(db, mailing.no);
  const variantNo = variantIn(c, versions);
  const language: Language =
    versions.find((each) => each.language === c.req.query("language"))?.language ?? group.locale;
  const version = versions.find((each) => each.variantNo === variantNo && each.language === language);
  if (!version) throw new AppError("not_found");
  const wrapper = await wrapperOf(db, mailing.settings.wrapperNo);
  const as = can(role, "people.view") ? Number(c.req.query("as")) || null : null;
  const values = as === null ? standIn() : await valuesAs(c, mailing, version, as);
  const preview = await previewOf(ctx, group, mailing, version, wrapper, values);
  // What runs in a mailbox alone is shown as it is written.
  if (c.req.query("part") === "amp") return c.text(preview.amp ?? version.amp ?? "");
  return answerPreview(c, preview);
});
