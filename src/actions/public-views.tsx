import { raw } from "hono/html";
import { fileUrl, isWebAddress, paragraphs, SitePage, SocialLogo } from "../groups/public";
import type { Context } from "../platform/context";
import { countriesIn, isCountry } from "../platform/countries";
import { Board } from "../sharing/share-links";
import type { BoardLine, ShareVariant } from "../sharing/types";
import { Notice } from "../ui/flash";
import type { Locale, T } from "../ui/i18n";
import { Progress } from "../ui/progress";
import { Rich } from "../ui/rich";
import { When } from "../ui/when";
import { actionPath, OEMBED_PATH } from "./action-path";
import { stepsOf } from "./form-steps";
import { pageFrame, summaryOf } from "./page-frame";
import { progressOf } from "./progress";
import { structuredData } from "./public-data";
import { ActionForm } from "./public-form";
import { alternatesOf, Languages } from "./public-languages";
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
  /** The way to put it that networks are shown; and who brought most people, where that is shown here. */
  variant?: ShareVariant | null;
  board?: readonly BoardLine[];
};

/** The page of one action: what is asked, how many have done it, the form, the story, who has done it. */
export function ActionPage(props: ActionPageProps) {
  const { t, kind, snapshot, origin } = props;
  const { action } = snapshot;
  const isOpen = isOpenNow(props);
  const own = pageProps(props);
  return (
    <SitePage
      {...pageFrame(props)}
      isIndexed={!props.isPreview}
      canonical={`${origin}${actionPath(kind, action.slug)}`}
      alternates={alternatesOf(props)}
      languages={snapshot.translations ? <Languages {...props} /> : null}
      scripts={[
        ...(isOpen && !props.isPreview ? scriptsOf(props) : []),
        ...(snapshot.translations ? ["languages"] : []),
      ]}
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
        <ActionCard {...props} />
      </div>
      <Story {...props} />
      {kind.Below ? <kind.Below {...own} /> : null}
      <Voices {...props} />
      <Board t={t} board={props.board ?? []} />
    </SitePage>
  );
}

function isOpenNow({ ctx, kind, snapshot }: Pick<ActionPageProps, "ctx" | "kind" | "snapshot">): boolean {
  return snapshot.action.status !== "closed" && !kind.isOver?.(snapshot, ctx.now);
}

/** How many have done it, and the form to do it too. */
export function ActionCard(props: ActionPageProps) {
  const { t, snapshot } = props;
  const isOpen = isOpenNow(props);
  return (
    <>
      <Count {...props} />
      {isOpen ? <ActionForm {...props} /> : <Closed {...props} />}
      {isOpen ? <Privacy t={t} group={snapshot.group} /> : null}
    </>
  );
}

/** The behaviours of `public/js` that make the page of an open action nicer. */
export function scriptsOf({ kind, snapshot }: Pick<ActionPageProps, "kind" | "snapshot">): string[] {
  const isConditional = snapshot.action.settings.questions.some(({ showIf }) => showIf !== null);
  return [
    "count",
    "referrer",
    "email-typo",
    ...(isConditional ? ["conditions"] : []),
    ...(kind.scripts ?? []),
  ];
}

/** What a kind's own parts of the page are given. */
export function pageProps({ t, snapshot, count, form, isPreview }: ActionPageProps): PageProps {
  return { t, snapshot, count: count ?? { total: 0, recent: [] }, form, source: "", isPreview };
}

/** What machines read: the picture a network shows where the action has none of its own, and the page as data. */
function Head(props: ActionPageProps) {
  const { kind, snapshot, count, origin } = props;
  const url = `${origin}${actionPath(kind, snapshot.action.slug)}`;
  return (
    <>
      <link
        rel="alternate"
        type="application/json+oembed"
        href={`${origin}${OEMBED_PATH}?url=${encodeURIComponent(url)}`}
        title={snapshot.action.title}
      />
      {snapshot.action.settings.image || props.variant?.image ? null : (
        <SocialLogo group={snapshot.group} origin={origin} />
      )}
      {structuredData({ ...pageProps(props), kind, count, origin, description: summaryOf(props) })}
    </>
  );
}

function SignBar({ t, kind, snapshot }: { t: T; kind: Kind; snapshot: ActionSnapshot }) {
  return (
    <nav class="sign-bar" aria-label={t("public.signBar")}>
      <a class="button button-primary button-wide" href="#sign">
        {stepsOf(kind, snapshot).length > 1 ? t("public.signBar") : kind.buttonLabel(t, snapshot)}
      </a>
    </nav>
  );
}

function Count(props: ActionPageProps) {
  const { t, kind, snapshot, count } = props;
  const { action } = snapshot;
  if (!action.settings.showCount || !count) return null;
  const { value, goal, words } = progressOf(t, { kind, snapshot, count });
  // What is over asks nobody to be the first.
  if (value === 0 && !isOpenNow(props)) return null;
  return (
    <div class="panel" data-count={`${actionPath(kind, action.slug)}/count.json`}>
      <p class="count">
        <strong data-count-total>{words.total}</strong> <span data-count-people>{words.people}</span>
      </p>
      {goal === null || action.status === "closed" ? null : (
        <Progress value={value} max={goal} label={t("public.count.progress")}>
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

/** How wide the story stands beside the form, and on a phone. */
const STORY_SIZES = "(min-width: 60rem) 40rem, 100vw";

/** The organiser's picture and words. */
export function Story({ snapshot }: Pick<ActionPageProps, "snapshot">) {
  const { image, descriptionHtml } = snapshot.action.settings;
  const src = image && fileUrl(snapshot.group, image.key);
  const small = image?.small && fileUrl(snapshot.group, image.small.key);
  if (!src && !descriptionHtml) return null;
  return (
    <article class="action-story prose" dir="auto">
      {image && src ? (
        <img
          src={src}
          srcset={small && image.small ? `${small} ${image.small.width}w, ${src} ${image.width}w` : undefined}
          sizes={small ? STORY_SIZES : undefined}
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
