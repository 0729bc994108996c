import { Hono } from "hono";
import { type PublicContext, type PublicEnv, privatePage, refuse } from "../actions/public-web";
import { readForm, single } from "../platform/forms";
import { MAIL_PATH } from "../platform/mail-keys";
import { askForOwnWord, isOwnWord, takeOwnWord } from "../subscriptions/own-word";
import { AgainPage } from "./again-views";
import { type Known, knownOnly, type Mine, pageHref, withCopy } from "./copy";
import { SaidPage } from "./leave-views";
import { readersStyle } from "./style";
import { NO_TRACES } from "./web-headers";

/** A token is some 300 characters. */
const BYTES_MAX = 5_000;

/**
 * How somebody whose address is blocked comes back: they ask on the page of their preferences, get one mail, and press the button
 * it leads to. Opening that link changes nothing: filters of mail servers open every link.
 */
export function againPages(): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .post(`${MAIL_PATH}/:key/own-word`, (c) => withCopy(c, (mine) => ask(c, mine)))
    .get(`${MAIL_PATH}/:key/again`, (c) => withCopy(c, (mine) => known(c, mine, show)))
    .post(`${MAIL_PATH}/:key/again`, (c) => withCopy(c, (mine) => known(c, mine, comeBack)));
}

function known(
  c: PublicContext,
  mine: Mine,
  answer: (c: PublicContext, mine: Known) => Promise<Response>,
): Promise<Response> {
  return knownOnly(c, mine, answer, () => {
    const { t } = c.var;
    return refuse(c, "unavailable", {
      title: t("readers.preferences.title"),
      text: t("readers.again.notNow"),
    });
  });
}

async function ask(c: PublicContext, mine: Mine): Promise<Response> {
  return known(c, mine, async (_, { copy, key, recipient }) => {
    const { ctx, t, group, locale } = c.var;
    const is = copy.isProof ? "asked" : await askForOwnWord(ctx, group, recipient, locale);
    const values = { group: group.name };
    return said(c, key, {
      title: t(`readers.again.${is}Title`, values),
      text: t(`readers.again.${is}Text`, values),
    });
  });
}

async function show(c: PublicContext, { key, recipient }: Known): Promise<Response> {
  const { ctx, t, locale, group } = c.var;
  const word = c.req.query("word") ?? "";
  if (!(await isOwnWord(ctx, group, recipient, word))) return over(c, key);
  const page = <AgainPage {...{ t, locale, group, key, word }} platformOrigin={ctx.config.PLATFORM_ORIGIN} />;
  return privatePage(group, page, { headers: NO_TRACES, style: readersStyle });
}

async function comeBack(c: PublicContext, { key, recipient }: Known): Promise<Response> {
  const { ctx, t, group } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  if (!(await takeOwnWord(ctx, group, recipient, single(values, "word")))) return over(c, key);
  const name = { group: group.name };
  return said(c, key, {
    title: t("readers.confirm.yesTitle", name),
    text: t("readers.confirm.yesText", name),
  });
}

function over(c: PublicContext, key: string): Promise<Response> {
  const { t } = c.var;
  return said(c, key, { title: t("readers.again.overTitle"), text: t("readers.again.overText") });
}

function said(c: PublicContext, key: string, words: { title: string; text: string }): Promise<Response> {
  const { ctx, t, locale, group } = c.var;
  const page = (
    <SaidPage
      {...{ t, locale, group, key, ...words }}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
      next={{ href: pageHref(key, "preferences", locale), words: t("readers.done.preferences") }}
    />
  );
  return privatePage(group, page, { headers: NO_TRACES, style: readersStyle });
}
