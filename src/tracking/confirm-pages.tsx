import { Hono } from "hono";
import { type PublicContext, type PublicEnv, privatePage } from "../actions/public-web";
import { readForm, single } from "../platform/forms";
import { MAIL_PATH } from "../platform/mail-keys";
import { confirm } from "../subscriptions/confirmation";
import { ConfirmPage } from "./confirm-views";
import { type Mine, pageHref, stale, withCopy } from "./copy";
import { SaidPage } from "./leave-views";
import { readersStyle } from "./style";
import { NO_TRACES } from "./web-headers";

const BYTES_MAX = 20_000;

/** Where somebody who said yes to mail says that it was they. Looking answers nothing: filters of mail servers open every link. */
export function confirmationPages(): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get(`${MAIL_PATH}/:key/confirm`, (c) => withCopy(c, (mine) => show(c, mine)))
    .post(`${MAIL_PATH}/:key/confirm`, (c) => withCopy(c, (mine) => answer(c, mine)));
}

async function show(c: PublicContext, { key, copy, recipient }: Mine, error = ""): Promise<Response> {
  const { t, locale, group, ctx } = c.var;
  if (recipient === null) return stale(c);
  const page = (
    <ConfirmPage
      {...{ t, locale, group, key, error }}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
      isProof={copy.isProof}
      first={c.req.query("answer") === "no" ? "no" : "yes"}
    />
  );
  return privatePage(group, page, { status: error ? 422 : 200, headers: NO_TRACES, style: readersStyle });
}

async function answer(c: PublicContext, mine: Mine): Promise<Response> {
  const { t, locale, group, ctx } = c.var;
  const { key, copy, recipient } = mine;
  if (recipient === null) return stale(c);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const said = (["yes", "no"] as const).find((each) => each === single(values, "answer"));
  if (!said) return show(c, mine, t("readers.confirm.choose"));
  const done = copy.isProof || (await confirm(ctx, group, copy.personNo, said)) === "done" ? said : "over";
  const page = (
    <SaidPage
      {...{ t, locale, group, key }}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
      title={t(`readers.confirm.${done}Title`, { group: group.name })}
      text={t(`readers.confirm.${done}Text`, { group: group.name })}
      next={{ href: pageHref(key, "preferences", locale), words: t("readers.done.preferences") }}
    />
  );
  return privatePage(group, page, { headers: NO_TRACES, style: readersStyle });
}
