import { Hono } from "hono";
import { notFound, type PublicContext, type PublicEnv, privatePage, refuse } from "../actions/public-web";
import { dbFor } from "../groups/shard";
import {
  type Build,
  buildVersions,
  fieldsOf,
  fillLink,
  loadValuesToLookAt,
  mailTemplates,
  RenderError,
  standIn,
} from "../mailings/content";
import { mailingByNo, versionsOf, wrapperOf } from "../mailings/mailing";
import { MAIL_PATH, type MailCopy } from "../platform/mail-keys";
import { inAttribute, NOBODY, withPlainLinks } from "./archive-links";
import { ArchivePage, feedOf } from "./archive-views";
import { copyOf, pageHref, stale } from "./copy";
import {
  type ArchivedMailing,
  selectArchived,
  selectArchivedMailing,
  selectBuilds,
  selectMailLinks,
  selectVariant,
} from "./store-copies";
import { readersStyle } from "./style";
import { NO_TRACES } from "./web-headers";

/** Where mailings that anybody may read are, on a group's host. */
const ARCHIVE_PATH = "/mailings";
const NUMBER = /^[1-9]\d{0,8}$/;

/**
 * What an organiser wrote runs nothing here: no script, no form, no frame, and no access to the site it is on, since the page is
 * a sandbox of its own.
 */
const COPY_POLICY = [
  "default-src 'none'",
  "img-src * data:",
  "style-src 'unsafe-inline'",
  "font-src https:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation",
].join("; ");

/** Mails as web pages: one's own by its key; those a group archives for everybody, with stand-ins for what is personal. */
export function webCopyPages(): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get(`${MAIL_PATH}/:key/view`, ownCopy)
    .get(ARCHIVE_PATH, archive)
    .get(`${ARCHIVE_PATH}/feed.xml`, feed)
    .get(`${ARCHIVE_PATH}/:no`, archived);
}

function asPage(html: string, headers: Record<string, string>): Response {
  return new Response(html, {
    headers: {
      ...headers,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": COPY_POLICY,
      "X-Content-Type-Options": "nosniff",
    },
  });
}

async function ownCopy(c: PublicContext): Promise<Response> {
  const copy = await copyOf(c);
  if (!copy) return stale(c);
  const html = await renderedFor(c, copy);
  if (html !== null) return asPage(copy.isProof ? html : withReport(c, html), NO_TRACES);
  const { t, group } = c.var;
  return refuse(c, "not_found", {
    title: t("readers.view.title"),
    text: t("readers.view.text"),
    next: { href: "/", words: t("public.thanks.group", { group: group.name }) },
  });
}

/** Below the mail, whose words are the group's: where its reader tells the people who run the installation about it. */
function withReport(c: PublicContext, html: string): string {
  const { t, locale } = c.var;
  const href = inAttribute(pageHref(c.req.param("key") ?? "", "report", locale));
  const line = `<p style="margin:24px 16px;text-align:center;font:14px sans-serif"><a href="${href}">${t("results.report.title")}</a></p>`;
  const end = html.lastIndexOf("</body>");
  return end === -1 ? html + line : html.slice(0, end) + line + html.slice(end);
}

async function renderedFor(c: PublicContext, copy: MailCopy): Promise<string | null> {
  const { ctx, group } = c.var;
  const db = dbFor(ctx.env, group);
  const builds = await buildsFor(c, copy);
  const variant = copy.isProof ? 1 : await selectVariant(db, copy.mailingNo, copy.personNo);
  if (builds.length === 0 || variant === null) return null;
  const values = await loadValuesToLookAt(ctx, group, [copy.personNo], fieldsOf(builds));
  const mine = values.get(copy.personNo) ?? (copy.isProof ? standIn() : null);
  const template = mine && mailTemplates(builds, { group })(variant, mine.language);
  return mine && template ? rendered(() => template.render(mine, c.req.param("key") ?? "").html) : null;
}

/** Of a proof, which is of a draft, as the draft is now; its links lead straight on, since nobody knows their numbers yet. */
async function buildsFor(c: PublicContext, { mailingNo, isProof }: MailCopy): Promise<Build[]> {
  const { ctx, group } = c.var;
  const db = dbFor(ctx.env, group);
  const frozen = await selectBuilds(db, mailingNo);
  const mailing = frozen.length === 0 && isProof ? await mailingByNo(db, mailingNo) : null;
  if (!mailing) return frozen;
  const [versions, wrapper] = await Promise.all([
    versionsOf(db, mailingNo),
    wrapperOf(db, mailing.settings.wrapperNo),
  ]);
  try {
    const settings = { ...mailing.settings, tracksClicks: false, tracksOpens: false };
    return (await buildVersions(ctx, group, { ...mailing, settings }, versions, wrapper)).builds;
  } catch (error) {
    if (error instanceof RenderError) return [];
    throw error;
  }
}

function rendered(render: () => string): string | null {
  try {
    return render();
  } catch (error) {
    if (error instanceof RenderError) return null;
    throw error;
  }
}

async function archive(c: PublicContext): Promise<Response> {
  const { ctx, t, locale, group } = c.var;
  if (group.status !== "active") return notFound(c);
  const mailings = await selectArchived(dbFor(ctx.env, group), ctx.now);
  const page = (
    <ArchivePage
      {...{ t, locale, group, mailings }}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
      base={ARCHIVE_PATH}
    />
  );
  return privatePage(group, page, { style: readersStyle });
}

async function feed(c: PublicContext): Promise<Response> {
  const { ctx, t, group, origin } = c.var;
  if (group.status !== "active") return notFound(c);
  const mailings = await selectArchived(dbFor(ctx.env, group), ctx.now);
  const xml = feedOf(mailings, {
    title: group.name,
    about: t("readers.view.archiveLead", { group: group.name }),
    href: `${origin}${ARCHIVE_PATH}`,
    language: group.locale,
  });
  return new Response(xml, {
    headers: {
      "Content-Type": "application/rss+xml; charset=utf-8",
      "Cache-Control": "public, max-age=300",
      "X-Content-Type-Options": "nosniff",
    },
  });
}

async function archived(c: PublicContext): Promise<Response> {
  const { ctx, group, locale } = c.var;
  const no = c.req.param("no") ?? "";
  const db = dbFor(ctx.env, group);
  const isOpen = group.status === "active" && NUMBER.test(no);
  const mailing = isOpen ? await selectArchivedMailing(db, Number(no), ctx.now) : null;
  const html = mailing && (await forEverybody(c, mailing, locale));
  return html ? asPage(html, { "Cache-Control": "public, max-age=60" }) : notFound(c);
}

/** With stand-ins; links lead straight on, and nothing of it counts or unsubscribes anybody. */
async function forEverybody(
  c: PublicContext,
  { no, winnerNo }: ArchivedMailing,
  locale: string,
): Promise<string | null> {
  const { ctx, group } = c.var;
  const db = dbFor(ctx.env, group);
  const [builds, links] = await Promise.all([selectBuilds(db, no), selectMailLinks(db, no)]);
  const template = mailTemplates(builds, { group })(winnerNo ?? 1, locale);
  const html = template && rendered(() => template.render(standIn(), NOBODY).html);
  if (!html) return null;
  const urls = new Map(links.map(({ no: linkNo, url }) => [String(linkNo), fillLink(url) ?? "/"]));
  return withPlainLinks(html, urls);
}
