import type { Participation } from "../intake/types";
import { sha256, toHex } from "../platform/crypto";
import { type FormValues, readForm, single } from "../platform/forms";
import { clientIp } from "../platform/http";
import { noteTotal, pageCount } from "./count";
import { readSent } from "./form-steps";
import type { Taken } from "./kind";
import { type Found, findAction, formTargets, isStopped, redirectOf } from "./public-found";
import { thanksPath } from "./public-thanks";
import { ActionPage, actionPath } from "./public-views";
import {
  jsonError,
  type PublicContext,
  type PublicPagesDeps,
  privatePage,
  refuse,
  refuseForeignOrigin,
  wantsJson,
} from "./public-web";
import type { ActionSnapshot, FormState } from "./types";

/** A signature with long answers in a script of four bytes a letter fits; a file does not. */
export const FORM_BYTES_MAX = 64 * 1024;

export const TRY_AGAIN_SECONDS = 5;
const RATE_SECONDS = 60;

/** `POST /:kind/:slug`: one person does the action. */
export async function takeAnswer(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  refuseForeignOrigin(c.req.raw);
  const found = await findAction(c, deps);
  if (found instanceof Response) return found;
  const { ctx } = c.var;
  const { kind, snapshot } = found;
  const isOpen = snapshot.action.status === "published" && !kind.isOver?.(snapshot, ctx.now);
  if (isStopped(snapshot) || !isOpen) return backToPage(c, found);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const refusal = await reasonToRefuse(c, snapshot, values);
  if (refusal) {
    ctx.log.info("participation.refused", { reason: refusal, actionId: snapshot.action.id });
    return tooMany(c, found);
  }
  const address = new URL(c.req.url);
  const answer = await readSent({ t: c.var.t, ctx, kind, snapshot, values, address });
  if (answer.is === "next")
    return showForm(c, deps, found, { form: { values, errors: {}, step: answer.step }, status: 200 });
  if (answer.is === "invalid") return showErrors(c, deps, found, { values, ...answer });
  const taken = await take(c, deps, found, answer.participation);
  if (!taken) return showTrouble(c, deps, found, values);
  if (taken.is === "invalid") return showErrors(c, deps, found, { values, errors: taken.errors });
  return c.redirect(await addressAfter(c, found, taken), 303);
}

/** Takes the answer as the kind does; null when nothing was promised because something was away. */
async function take(
  c: PublicContext,
  deps: PublicPagesDeps,
  { kind, snapshot }: Found,
  participation: Participation,
): Promise<Taken | null> {
  const { ctx, origin } = c.var;
  const request = c.req.raw;
  const record = (given: Participation) => deps.takeAction(ctx, snapshot, kind, given, request);
  try {
    if (kind.take) return await kind.take({ ctx, snapshot, participation, request, origin, record });
    return { is: "recorded", reply: await record(participation) };
  } catch (error) {
    ctx.log.error("participation.untaken", error, { actionId: snapshot.action.id });
    deps.noteFailure?.(ctx, "participation.untaken", error);
    return null;
  }
}

/** Where somebody goes on to: the organiser's own page, the kind's, or the thank-you page. */
async function addressAfter(
  c: PublicContext,
  { kind, snapshot }: Found,
  taken: Exclude<Taken, { is: "invalid" }>,
): Promise<string> {
  const { ctx } = c.var;
  if (taken.is === "elsewhere") return taken.href;
  const { outcome, id, total, standing = null } = taken.reply;
  if (outcome === "closed") return actionPath(kind, snapshot.action.slug);
  noteTotal(ctx, snapshot, total);
  const elsewhere = taken.goOnTo ?? redirectOf(snapshot.action.settings.thanks)?.href;
  return (
    elsewhere ??
    thanksPath(ctx, kind, snapshot, { nth: total, isRepeat: outcome !== "counted", id, standing })
  );
}

/**
 * Whether a machine seems to be at work: it filled in the field no one sees, or too many answers come from one connection.
 * Fails open: a limiter that is away stops nobody.
 */
async function reasonToRefuse(
  c: PublicContext,
  { action }: ActionSnapshot,
  values: FormValues,
): Promise<"honeypot" | "rate" | null> {
  if (single(values, "website") !== "" || Array.isArray(values.website)) return "honeypot";
  const { ctx } = c.var;
  const hash = await sha256(`${clientIp(c.req.raw)} ${action.id}`);
  try {
    const { success } = await ctx.env.PUBLIC_RATE.limit({ key: toHex(hash.slice(0, 16)) });
    return success ? null : "rate";
  } catch (error) {
    ctx.log.error("rate.away", error);
    return null;
  }
}

/** The same words whatever the reason, so that a machine learns nothing; a person is told what to do. */
function tooMany(c: PublicContext, { kind, snapshot }: Found): Promise<Response> {
  const { t } = c.var;
  return refuse(
    c,
    "too_many",
    {
      title: t("public.refused.title"),
      text: t("public.refused.text"),
      next: {
        href: actionPath(kind, snapshot.action.slug),
        words: t("public.thanks.back", { title: snapshot.action.title }),
      },
    },
    RATE_SECONDS,
  );
}

/** The page itself says best why nothing can be signed any more. */
function backToPage(c: PublicContext, { kind, snapshot }: Found): Response {
  return c.redirect(actionPath(kind, snapshot.action.slug), 303);
}

/** The same form with what was written and what is wrong with it. */
async function showErrors(
  c: PublicContext,
  deps: PublicPagesDeps,
  found: Found,
  form: FormState,
): Promise<Response> {
  const { ctx, t } = c.var;
  if (wantsJson(c.req.raw))
    return jsonError(ctx, "invalid", t("common.form.refused"), { fields: form.errors });
  return showForm(c, deps, found, { form, status: 422 });
}

/** Nothing was promised: the same form with what was written, to be sent again in a moment. */
async function showTrouble(
  c: PublicContext,
  deps: PublicPagesDeps,
  found: Found,
  values: FormValues,
): Promise<Response> {
  const { ctx, t } = c.var;
  const headers = { "Retry-After": String(TRY_AGAIN_SECONDS) };
  if (wantsJson(c.req.raw)) return jsonError(ctx, "unavailable", t("public.trouble"), { headers });
  return showForm(c, deps, found, {
    form: { values, errors: {} },
    status: 503,
    headers,
    trouble: t("public.trouble"),
  });
}

async function showForm(
  c: PublicContext,
  deps: PublicPagesDeps,
  { kind, snapshot }: Found,
  answer: { form: FormState; status: number; headers?: Record<string, string>; trouble?: string },
): Promise<Response> {
  const { ctx, group, t, origin } = c.var;
  const count = await pageCount(ctx, snapshot, kind, deps.askCount);
  const platformOrigin = ctx.config.PLATFORM_ORIGIN;
  const { form, trouble } = answer;
  const page = (
    <ActionPage
      {...{ t, ctx, kind, snapshot, count, form, origin, platformOrigin, trouble }}
      isPreview={false}
    />
  );
  const policy = { formTargets: formTargets(snapshot) };
  return privatePage(group, page, { ...answer, policy, style: kind.style });
}
