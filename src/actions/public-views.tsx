import { raw } from "hono/html";
import { fileUrl, isWebAddress, paragraphs, SitePage, SocialLogo } from "../groups/public";
import type { Context } from "../platform/context";
import { countriesIn, isCountry } from "../platform/countries";
import { Notice } from "../ui/flash";
import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { Progress } from "../ui/progress";
import { Rich } from "../ui/rich";
import { When } from "../ui/when";
import { goalFor } from "./goal";
import { structuredData } from "./public-data";
import { ActionForm } from "./public-form";
import type { ActionSnapshot, FormState, Kind, PageProps, PublicCount, PublicSigner } from "./types";

export type ActionPageProps = {
  t: T;
  ctx: Context;
  kind: Kind;
  snapshot: ActionSnapshot;
  /** Null while the numbers are out of reach: the page then shows none. */
  count: PublicCount | null;
  form: FormState;
  /** `https://host` of the page, without a path. */
  origin: string;
  platformOrigin: string;
  isPreview: boolean;
  trouble?: string;
};

const DESCRIPTION_SHOWN_MAX = 200;

/** The address of an action on its host. */
export function actionPath(kind: Pick<Kind, "path">, slug: string): string {
  return `/${kind.path}/${slug}`;
}

/** The page of one action: what is asked, how many have done it, the form, the story, who has done it. */
export function ActionPage(props: ActionPageProps) {
  const { t, ctx, kind, snapshot, origin } = props;
  const { action, group } = snapshot;
  const isOpen = action.status !== "closed" && !kind.isOver?.(snapshot, ctx.now);
  const own = pageProps(props);
  return (
    <SitePage
      {...pageFrame(props)}
      isIndexed={!props.isPreview}
      canonical={`${origin}${actionPath(kind, action.slug)}`}
      alternates={[{ locale: action.locale, href: `${origin}${actionPath(kind, action.slug)}` }]}
      scripts={isOpen && !props.isPreview ? ["count", "referrer", ...(kind.scripts ?? [])] : []}
      head={props.isPreview ? null : <Head {...props} />}
      mainClass="action"
      footerLinks={
        <li>
          <a href={`${actionPath(kind, action.slug)}/report`} rel="nofollow">
            {t("public.report.link")}
          </a>
        </li>
      }
      bar={isOpen ? <SignBar t={t} kind={kind} snapshot={snapshot} /> : null}
    >
      <div class="action-head">
        {props.isPreview ? (
          <Notice kind="warn">
            <p>{t("public.preview")}</p>
          </Notice>
        ) : null}
        <h1 dir="auto">{action.title}</h1>
        <kind.Story {...own} />
      </div>
      <div class="action-card" id="sign">
        <Count {...props} />
        {isOpen ? <ActionForm {...props} /> : <Closed {...props} />}
        {isOpen ? <Privacy t={t} group={group} /> : null}
      </div>
      <Story {...props} />
      {kind.Below ? <kind.Below {...own} /> : null}
      <Voices {...props} />
    </SitePage>
  );
}

function pageProps({ t, snapshot, count, form, isPreview }: ActionPageProps): PageProps {
  return { t, snapshot, count: count ?? { total: 0, recent: [] }, form, source: "", isPreview };
}

/** What machines read: the picture a network shows where the action has none of its own, and the page as data. */
function Head(props: ActionPageProps) {
  const { kind, snapshot, count, origin } = props;
  return (
    <>
      {snapshot.action.settings.image ? null : <SocialLogo group={snapshot.group} origin={origin} />}
      {structuredData({ ...pageProps(props), kind, count, origin, description: summaryOf(props) })}
    </>
  );
}

/** What every page about an action says of it in its head. */
export function pageFrame(
  props: Pick<ActionPageProps, "t" | "snapshot" | "origin" | "platformOrigin" | "kind">,
) {
  const { action, group } = props.snapshot;
  const { image, share } = action.settings;
  const url = image && fileUrl(group, image.key);
  const description = summaryOf(props);
  return {
    t: props.t,
    locale: action.locale,
    group,
    style: props.kind.style,
    platformOrigin: props.platformOrigin,
    title: action.title,
    description,
    social: {
      title: share.title || action.title,
      description: share.text || description,
      type: "article" as const,
      image: image && url ? { ...image, url: `${props.origin}${url}` } : undefined,
    },
  };
}

/** One or two lines about the action for search engines and previews: the story's beginning, or who asks. */
function summaryOf({ t, snapshot }: Pick<ActionPageProps, "t" | "snapshot">): string {
  const text = plainText(snapshot.action.settings.descriptionHtml);
  if (text === "") return t("public.group.about", { group: snapshot.group.name });
  return text.length <= DESCRIPTION_SHOWN_MAX
    ? text
    : `${text.slice(0, DESCRIPTION_SHOWN_MAX).replace(/\s+\S*$/, "")}…`;
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " ", "#39": "'" };

/** The words of sanitised HTML. */
function plainText(html: string): string {
  return html
    .slice(0, 20 * DESCRIPTION_SHOWN_MAX)
    .replace(/<[^>]*>/g, " ")
    .replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => entities[name] ?? "")
    .replace(/\s+/g, " ")
    .trim();
}

function SignBar({ t, kind, snapshot }: { t: T; kind: Kind; snapshot: ActionSnapshot }) {
  return (
    <nav class="sign-bar" aria-label={t("public.signBar")}>
      <a class="button button-primary button-wide" href="#sign">
        {kind.buttonLabel(t, snapshot)}
      </a>
    </nav>
  );
}

/** What `count.json` says in words, so that the script that refreshes the page needs no language of its own. */
export function countWords(
  t: T,
  {
    kind,
    locale,
    total,
    goal,
  }: { kind: Pick<Kind, "words">; locale: Locale; total: number; goal: number | null },
) {
  return {
    total: total === 0 ? "" : formatNumber(total, locale),
    people:
      total === 0 ? t("public.count.none") : t(kind.words.people ?? "public.count.people", { count: total }),
    goal: goal === null ? "" : t("public.count.goal", { goal: formatNumber(goal, locale) }),
  };
}

function Count({ t, kind, snapshot, count }: ActionPageProps) {
  const { action } = snapshot;
  if (!action.settings.showCount || !count) return null;
  const goal = goalFor(action.settings.goal, count.total);
  const words = countWords(t, { kind, locale: action.locale, total: count.total, goal });
  return (
    <div class="panel" data-count={`${actionPath(kind, action.slug)}/count.json`}>
      <p class="count">
        <strong data-count-total>{words.total}</strong> <span data-count-people>{words.people}</span>
      </p>
      {goal === null || action.status === "closed" ? null : (
        <Progress value={count.total} max={goal} label={t("public.count.progress")}>
          <span data-count-goal>{words.goal}</span>
        </Progress>
      )}
    </div>
  );
}

function Closed({ t, snapshot }: ActionPageProps) {
  return (
    <Notice title={t("public.closed.title")}>
      <p>{t("public.closed.text", { group: snapshot.group.name })}</p>
    </Notice>
  );
}

function Privacy({ t, group }: { t: T; group: ActionSnapshot["group"] }) {
  const { privacyUrl } = group.settings;
  return (
    <p class="fine">
      {isWebAddress(privacyUrl) ? (
        <Rich
          text={t("public.privacy.withPolicy", { group: group.name })}
          parts={{ policy: (words) => <a href={privacyUrl}>{words}</a> }}
        />
      ) : (
        t("public.privacy.plain", { group: group.name })
      )}
    </p>
  );
}

function Story({ snapshot }: ActionPageProps) {
  const { image, descriptionHtml } = snapshot.action.settings;
  const src = image && fileUrl(snapshot.group, image.key);
  if (!src && !descriptionHtml) return null;
  return (
    <article class="action-story prose" dir="auto">
      {image && src ? (
        <img
          src={src}
          alt={image.alt}
          width={image.width}
          height={image.height}
          loading="lazy"
          decoding="async"
        />
      ) : null}
      {raw(descriptionHtml)}
    </article>
  );
}

function Voices(props: ActionPageProps) {
  const { t, snapshot, count } = props;
  const said = new Set(snapshot.comments.map(({ comment }) => comment));
  const latest = snapshot.action.settings.showRecent ? (count?.recent ?? []) : [];
  // Nobody reads the same words twice.
  const recent = latest.map((signer) => (said.has(signer.comment) ? { ...signer, comment: "" } : signer));
  if (snapshot.comments.length === 0 && recent.length === 0) return null;
  return (
    <div class="action-recent">
      {snapshot.comments.length > 0 ? (
        <section class="panel">
          <h2>{t("public.comment.title")}</h2>
          <Signers {...props} signers={snapshot.comments} />
        </section>
      ) : null}
      {recent.length > 0 ? (
        <section class="panel">
          <h2>{t("public.recent.title")}</h2>
          <Signers {...props} signers={recent} />
        </section>
      ) : null}
    </div>
  );
}

function Signers({ t, ctx, snapshot, signers }: ActionPageProps & { signers: readonly PublicSigner[] }) {
  const { locale } = snapshot.action;
  return (
    <ul class="signers">
      {signers.map(({ name, place, at, comment }) => (
        <li>
          <strong dir="auto">{name || t("public.recent.unnamed")}</strong>
          {place ? <span dir="auto"> · {placeName(place, locale)}</span> : null}{" "}
          <span class="fine">
            <When at={at} now={ctx.now} locale={locale} timeZone={snapshot.group.timeZone} form="relative" />
          </span>
          {comment ? (
            <q dir="auto">
              {paragraphs(comment).flatMap((line, index) => (index > 0 ? [<br />, line] : [line]))}
            </q>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

/** A town as it is written, a country by its name. */
function placeName(place: string, locale: Locale): string {
  return isCountry(place) ? (countriesIn(locale).find(({ code }) => code === place)?.name ?? place) : place;
}
