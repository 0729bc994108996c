import { Hono } from "hono";
import { actionPath } from "../actions/action-path";
import { pageFrame } from "../actions/page-frame";
import { findActionOf, isStopped, stopped } from "../actions/public-found";
import {
  notFound,
  type PublicContext,
  type PublicEnv,
  type PublicPagesDeps,
  privatePage,
} from "../actions/public-web";
import type { ActionSnapshot, Kind } from "../actions/types";
import { SitePage } from "../groups/public";
import { dbFor } from "../groups/shard";
import { AppError } from "../platform/errors";
import { ReadThroughCache } from "../platform/read-through";
import { formatNumber } from "../ui/format";
import type { T } from "../ui/i18n";
import { When } from "../ui/when";
import { type Results, resultsOf } from "./results";
import { QuestionResult } from "./results-views";
import { wayOf } from "./tally";
import { PUBLIC_RESULTS_LEAST, surveySettings } from "./types";

/** However many look, an isolate asks for a survey's results twice a minute; old ones are shown meanwhile. */
const counted = new ReadThroughCache<Results>({
  freshMs: 30_000,
  staleMs: 600_000,
  absentMs: 0,
  entriesMax: 200,
});
const RETRY_AFTER_SECONDS = 10;

/** The results of a survey whose organisers share them: `/surveys/<slug>/results`. */
export function resultPages(deps: PublicPagesDeps): Hono<PublicEnv> {
  return new Hono<PublicEnv>().get("/:slug/results", (c) => showResults(c, deps));
}

async function showResults(c: PublicContext, { kinds }: PublicPagesDeps): Promise<Response> {
  const kind = kinds.find(({ path }) => path === "surveys");
  if (!kind) return notFound(c);
  const found = await findActionOf(c, kind, "/results");
  if (found instanceof Response) return found;
  const { ctx, group, t, origin } = c.var;
  const { snapshot } = found;
  if (isStopped(snapshot)) return stopped(c);
  const { action } = snapshot;
  if (!surveySettings.parse(action.settings).hasPublicResults) return notFound(c);
  const results = await counted
    .read(ctx, String(action.id), () => resultsOf(dbFor(ctx.env, group), action, { now: ctx.now }))
    .catch((cause: unknown) => {
      throw new AppError("unavailable", "results", { retryAfterSeconds: RETRY_AFTER_SECONDS, cause });
    });
  const platformOrigin = ctx.config.PLATFORM_ORIGIN;
  const page = <PublicResults {...{ t, kind, snapshot, results, origin, platformOrigin }} now={ctx.now} />;
  return privatePage(group, page, { style: kind.style });
}

type PublicResultsProps = {
  t: T;
  kind: Kind;
  snapshot: ActionSnapshot;
  results: Results | null;
  origin: string;
  platformOrigin: string;
  now: number;
};

/** How many gave which answer. Never a text, never what a link said, and nothing while it could be guessed who said it. */
function PublicResults(props: PublicResultsProps) {
  const { t, kind, snapshot, results, now } = props;
  const { action, group } = snapshot;
  const { locale } = action;
  const questions = action.settings.questions.filter(
    (question) => question.type !== "hidden" && wayOf(question) !== "none",
  );
  const isEnough = results !== null && results.total >= PUBLIC_RESULTS_LEAST;
  return (
    <SitePage
      {...pageFrame(props)}
      title={t("forms.results.public.title", { title: action.title })}
      mainClass="thanks"
    >
      <div class="panel">
        <h1 dir="auto">{t("forms.results.public.title", { title: action.title })}</h1>
        {isEnough ? (
          <p>
            {t("forms.results.total", { count: results.total, number: formatNumber(results.total, locale) })}{" "}
            <span class="fine">
              {t("forms.results.countedAt")}{" "}
              <When at={results.countedAt} now={now} locale={locale} timeZone={group.timeZone} />
            </span>
          </p>
        ) : (
          <p>{t("forms.results.public.tooFew", { count: PUBLIC_RESULTS_LEAST })}</p>
        )}
        <p>
          <a href={actionPath(kind, action.slug)}>{t("public.thanks.back", { title: action.title })}</a>
        </p>
      </div>
      {isEnough ? (
        <div class="results">
          {questions.map((question) => (
            <QuestionResult {...{ t, locale, question, results }} />
          ))}
        </div>
      ) : null}
    </SitePage>
  );
}

/** Empties this isolate's memory, as a new isolate starts. */
export function forgetResults(): void {
  counted.clear();
}
