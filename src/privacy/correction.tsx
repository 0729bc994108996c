import { Hono } from "hono";
import { actionByNo } from "../actions/action";
import { type Correction, correctionPath, isCorrectable, readCorrection } from "../actions/correction";
import { type Found, findAction, isStopped, stopped } from "../actions/public-found";
import { thanksPath } from "../actions/public-thanks";
import {
  notice,
  type PublicContext,
  type PublicEnv,
  type PublicPagesDeps,
  privatePage,
  refuseForeignOrigin,
} from "../actions/public-web";
import { SitePage } from "../groups/public";
import { dbFor } from "../groups/shard";
import { takeOutOwn } from "../intake/erasure";
import type { Participation } from "../intake/types";
import { normaliseEmail } from "../platform/email-address";
import { readForm, single } from "../platform/forms";
import { ErrorSummary, Form, SubmitButton, TextField } from "../ui/form";
import { eraseAsAsked } from "./erasure";
import { type Sent, selectSent } from "./store-correction";
import { privacyStyle } from "./style";

const BYTES_MAX = 5_000;

/** `/:kind/:slug/correction?fix=…`: whoever has just sent something with a slip in their address says it again under the right one. */
export function correctionPages(deps: PublicPagesDeps): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get("/:kind/:slug/correction", (c) => withSlip(c, deps, (slip) => page(c, slip, slip.meant)))
    .post("/:kind/:slug/correction", (c) => withSlip(c, deps, (slip) => correct(c, deps, slip)));
}

type Slip = Correction & { found: Found; token: string };

async function withSlip(
  c: PublicContext,
  deps: PublicPagesDeps,
  answer: (slip: Slip) => Promise<Response>,
): Promise<Response> {
  if (c.req.method === "POST") refuseForeignOrigin(c.req.raw);
  const found = await findAction(c, deps, "/correction");
  if (found instanceof Response) return found;
  if (isStopped(found.snapshot)) return stopped(c);
  const token = c.req.query("fix") ?? "";
  const read = await readCorrection(c.var.ctx, found.snapshot, token);
  if (!read || !isCorrectable(found.kind)) return stale(c, found);
  return answer({ ...read, found, token });
}

function stale(c: PublicContext, { kind, snapshot }: Found): Promise<Response> {
  const { t } = c.var;
  const href = `/${kind.path}/${snapshot.action.slug}`;
  const words = t("public.thanks.back", { title: snapshot.action.title });
  return notice(
    c,
    { title: t("privacy.typo.title"), text: t("privacy.typo.stale"), next: { href, words } },
    { status: 404 },
  );
}

function page(c: PublicContext, slip: Slip, email: string, error?: string, status = 200): Promise<Response> {
  const { ctx, t, locale, group } = c.var;
  const title = t("privacy.typo.title");
  const html = (
    <SitePage
      {...{ t, locale, group, title }}
      mainClass="thanks own"
      style={privacyStyle}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
    >
      <div class="panel">
        <h1>{title}</h1>
        <p>{t("privacy.typo.text", { wrong: slip.email })}</p>
        <Form label={title} action={correctionPath(slip.found.kind, slip.found.snapshot, slip.token)}>
          <ErrorSummary t={t} errors={error ? { email: error } : {}} />
          <TextField
            name="email"
            type="email"
            inputmode="email"
            autocomplete="email"
            autocapitalize="none"
            spellcheck={false}
            label={t("privacy.typo.field")}
            value={email}
            error={error}
            maxlength={254}
            required
          />
          <SubmitButton isWide>{t("privacy.typo.button")}</SubmitButton>
        </Form>
      </div>
    </SitePage>
  );
  return privatePage(group, html, { status, style: privacyStyle });
}

async function correct(c: PublicContext, deps: PublicPagesDeps, slip: Slip): Promise<Response> {
  const { ctx, t, group } = c.var;
  const { kind, snapshot } = slip.found;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const typed = single(values, "email");
  const email = normaliseEmail(typed);
  if (email === null) return page(c, slip, typed, t("public.errors.email"), 422);
  if (email === slip.email) return page(c, slip, typed, t("privacy.typo.same"), 422);
  const db = dbFor(ctx.env, group);
  const sent = await selectSent(db, snapshot.action.no, slip.id);
  // A second or so after it was sent it is in the list.
  if (!sent) return page(c, slip, typed, t("privacy.typo.soon"), 503);
  if (sent.removalNo > 0 || sent.email !== slip.email) return stale(c, slip.found);
  const reply = await deps.takeAction(ctx, snapshot, kind, saidBy(email, sent, slip.found), c.req.raw);
  if (reply.outcome === "closed") return stale(c, slip.found);
  await dropWrong(c, sent, slip);
  const { id, total, standing = null } = reply;
  const done = { nth: total, isRepeat: reply.outcome !== "counted", id, standing };
  return c.redirect(await thanksPath(ctx, kind, snapshot, done), 303);
}

/** The same words from another address. */
function saidBy(email: string, sent: Sent, { snapshot }: Found): Participation {
  const { settings, locale } = snapshot.action;
  const answers = sent.answer.answers ?? {};
  const fields = settings.questions.flatMap(({ key, fieldNo }): [number, string][] => {
    const answer = answers[key];
    if (fieldNo === null || answer === undefined) return [];
    return [[fieldNo, typeof answer === "string" ? answer : JSON.stringify(answer)]];
  });
  const yes = snapshot.group.settings.mail.doubleOptIn ? 3 : 1;
  const consent = sent.consent === 1 ? yes : sent.consent === 2 ? 2 : 0;
  return {
    ...{ e: email, o: sent.answer, la: locale, co: consent, w: sent.wording ?? "" },
    nm: sent.isNamed === 1 ? 1 : 0,
    ...(sent.comment ? { cm: sent.comment, cs: sent.commentStatus === 2 ? (2 as const) : (1 as const) } : {}),
    ...(sent.source ? { s: sent.source } : {}),
    ...(sent.referrer ? { rf: sent.referrer } : {}),
    ...(fields.length > 0 ? { f: fields } : {}),
  };
}

/**
 * What was said under the wrong address goes. Whoever came by nothing else is nobody: nothing must be mailed to a stranger. Of
 * somebody who did other things here, this one thing is taken out.
 */
async function dropWrong(c: PublicContext, { personNo, isAlone }: Sent, { id, found }: Slip): Promise<void> {
  const { ctx, group } = c.var;
  if (isAlone === 1) {
    await eraseAsAsked(ctx, group, personNo, null);
    return;
  }
  const action = await actionByNo(dbFor(ctx.env, group), found.snapshot.action.no);
  if (action) await takeOutOwn(ctx, group, action, { personNo, id });
}
