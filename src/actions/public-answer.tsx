import type { Participation } from "../intake/types";
import { type FormValues, readForm, single } from "../platform/forms";
import { actionPath } from "./action-path";
import { carry, readCarried, shownCarried, withCarried } from "./carry";
import { correctionToken } from "./correction";
import { noteTotal, pageCount, totalTogether } from "./count";
import { readSent } from "./form-steps";
import type { Taken } from "./kind";
import { type Found, findAction, formTargets, hrefsOf, isStopped, redirectOf } from "./public-found";
import { sendsTooOften } from "./public-rate";
import { thanksPath } from "./public-thanks";
import { ActionPage } from "./public-views";
import {
  jsonError,
  type PublicContext,
  type PublicPagesDeps,
  privatePage,
  refuse,
  refuseForeignOrigin,
  wantsJson,
} from "./public-web";
import { publishedActions } from "./serving";
import type { ActionSnapshot, FormState } from "./types";

/** A signature with long answers in a script of four bytes a letter fits; a file does not. */
export const FORM_BYTES_MAX = 64 * 1024;

export const TRY_AGAIN_SECONDS = 5;
const RATE_SECONDS = 60;

/** What became of a form that was sent. */
export type Answered =
  /** Nobody can take part any more. */
  | { is: "over" }
  | { is: "refused" }
  /** Shown again: the next page of it, what is wrong with it, or that it is to be sent again in a moment. */
  | { is: "form"; form: FormState; status: 200 | 422 | 503; trouble?: string }
  | { is: "taken"; taken: Extract<Taken, { is: "recorded" | "elsewhere" }>; href: string };

/** `POST /:kind/:slug`: one person does the action. */
export async function takeAnswer(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  refuseForeignOrigin(c.req.raw);
  const found = await findAction(c, deps);
  if (found instanceof Response) return found;
  const answered = await answerTo(c, deps, found, { address: new URL(c.req.url) });
  switch (answered.is) {
    case "over":
      return backToPage(c, found);
    case "refused":
      return tooMany(c, found);
    case "form":
      return showAgain(c, deps, found, answered);
    case "taken":
      return new Response(null, { status: 303, headers: { Location: answered.href } });
  }
}

/** Where a form stood. */
export type FormPlace = {
  /** Its address, for `?source=` and for telling the referring page from ours. */
  address: URL;
  /** Of an embed, the site it stood in, unless the source says it. */
  site?: string;
};

/**
 * Reads the posted form of an action and takes what it says, wherever the form stood.
 * @throws AppError for a body that is no form.
 */
export async function answerTo(
  c: PublicContext,
  deps: PublicPagesDeps,
  found: Found,
  { address, site }: FormPlace,
): Promise<Answered> {
  const ctx = c.get("ctx");
  const t = c.get("t");
  const { kind, snapshot } = found;
  const isOpen = snapshot.action.status === "published" && !kind.isOver?.(snapshot, ctx.now);
  if (isStopped(snapshot) || !isOpen) return { is: "over" };
  const { values: sent } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const who = await readCarried(ctx, snapshot.group, single(sent, "carry"));
  const values = withCarried(snapshot, sent, who);
  const form = {
    values: sent,
    errors: {},
    carried: who ? shownCarried(snapshot, who, single(sent, "carry")) : undefined,
  };
  const refusal = await reasonToRefuse(c, snapshot, values);
  if (refusal) {
    ctx.log.info("participation.refused", { reason: refusal, actionId: snapshot.action.id });
    return { is: "refused" };
  }
  const answer = await readSent({ t, ctx, kind, snapshot, values, address });
  if (answer.is === "next") return { is: "form", form: { ...form, step: answer.step }, status: 200 };
  if (answer.is === "invalid") return { is: "form", form: { ...form, ...answer }, status: 422 };
  const participation = standingIn(answer.participation, site);
  const taken = await take(c, deps, found, participation);
  if (!taken) return { is: "form", form, status: 503, trouble: t("public.trouble") };
  if (taken.is === "invalid") return { is: "form", form: { ...form, errors: taken.errors }, status: 422 };
  if (taken.is === "again") {
    const goingOn = { ...form, values: { ...sent, ...taken.values }, step: taken.step };
    return { is: "form", form: goingOn, status: 200 };
  }
  return { is: "taken", taken, href: await addressAfter(c, deps, found, taken, participation) };
}

function standingIn(participation: Participation, site: string | undefined): Participation {
  return site === undefined ? participation : { ...participation, o: { ...participation.o, site } };
}

/** Takes the answer as the kind does; null when nothing was promised because something was away. */
async function take(
  c: PublicContext,
  deps: PublicPagesDeps,
  { kind, snapshot }: Found,
  participation: Participation,
): Promise<Taken | null> {
  const ctx = c.get("ctx");
  const origin = c.get("origin");
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

/** The action that comes next, as long as it is published; thanks wait for no list that is out of reach. */
async function nextAction(c: PublicContext, { kinds }: PublicPagesDeps, nextId: string) {
  const listed = await publishedActions(c.var.ctx, c.var.group).catch(() => []);
  return hrefsOf(kinds, listed).find(({ id }) => id === nextId);
}

/** Where somebody goes on to: the organiser's own page, the kind's, the next action, or the thank-you page. */
export async function addressAfter(
  c: PublicContext,
  deps: PublicPagesDeps,
  { kind, snapshot }: Found,
  taken: Extract<Taken, { is: "recorded" | "elsewhere" }>,
  said: Pick<Participation, "e" | "o"> | null,
): Promise<string> {
  if (taken.is === "elsewhere") return taken.href;
  const ctx = c.get("ctx");
  const { outcome, id, total, standing = null, slots } = taken.reply;
  if (outcome === "closed") return actionPath(kind, snapshot.action.slug);
  noteTotal(ctx, snapshot, total);
  const nth = totalTogether(ctx, snapshot, total);
  const { thanks } = snapshot.action.settings;
  const elsewhere = taken.goOnTo ?? redirectOf(thanks)?.href;
  if (elsewhere) return elsewhere;
  const next = said && thanks.mode === "next" ? await nextAction(c, deps, thanks.nextId) : undefined;
  if (!next || !said)
    return thanksPath(
      ctx,
      kind,
      snapshot,
      {
        nth,
        isRepeat: outcome !== "counted",
        isRevised: outcome === "updated",
        id,
        standing,
        ...(slots && Object.keys(slots).length > 0 ? { slots } : {}),
      },
      await correctionToken(ctx, kind, snapshot, said, taken.reply),
    );
  const token = await carry(ctx, c.get("group"), { email: said.e, said: said.o, nth });
  return `${next.href}?source=after-${snapshot.action.slug}&carry=${token}`;
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
  return (await sendsTooOften(c.get("ctx"), c.req.raw, action.id)) ? "rate" : null;
}

/** The same words whatever the reason, so that a machine learns nothing; a person is told what to do. */
export function tooMany(c: PublicContext, { kind, snapshot }: Found): Promise<Response> {
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

/** The same form with what was written, and what is wrong with it or with us. */
async function showAgain(
  c: PublicContext,
  deps: PublicPagesDeps,
  found: Found,
  answered: Extract<Answered, { is: "form" }>,
): Promise<Response> {
  const { ctx, t } = c.var;
  const { form, status, trouble } = answered;
  const headers: Record<string, string> = status === 503 ? { "Retry-After": String(TRY_AGAIN_SECONDS) } : {};
  if (status !== 200 && wantsJson(c.req.raw))
    return status === 503
      ? jsonError(ctx, "unavailable", t("public.trouble"), { headers })
      : jsonError(ctx, "invalid", t("common.form.refused"), { fields: form.errors });
  return showForm(c, deps, found, { form, status, headers, ...(trouble ? { trouble } : {}) });
}

/** The page with a form that is one person's: refused, half filled in, or with details brought along. */
export async function showForm(
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
  const policy = { formTargets: formTargets(ctx, { kind, snapshot }) };
  return privatePage(group, page, { ...answer, policy, style: kind.style });
}
