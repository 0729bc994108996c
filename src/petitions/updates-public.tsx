import { raw } from "hono/html";
import type { PageProps } from "../actions/types";
import { Notice } from "../ui/flash";
import { formatDate, formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { When } from "../ui/when";
import { readExtra } from "./update";
import type { Update } from "./update-types";

/** Said before anything else: people came, and it worked. */
export function Won({ t, snapshot }: PageProps) {
  const { isWon, updates } = readExtra(snapshot.extra);
  if (!isWon) return null;
  const victory = updates.find(({ sort }) => sort === "victory");
  return (
    <Notice kind="good" title={t("petitions.updates.won")}>
      {victory ? <p dir="auto">{victory.title}</p> : null}
    </Notice>
  );
}

/** What happened since people signed: the newest on the page, the rest one click away. */
export function Below({ t, snapshot }: PageProps) {
  const { updates, hasMore } = readExtra(snapshot.extra);
  if (updates.length === 0) return null;
  const { locale, slug } = snapshot.action;
  return (
    <section class="panel updates" id="updates">
      <h2>{t("petitions.updates.public")}</h2>
      <UpdateList t={t} locale={locale} timeZone={snapshot.group.timeZone} updates={updates} />
      {hasMore ? (
        <p>
          <a href={`/petitions/${slug}/updates`}>{t("petitions.updates.all")}</a>
        </p>
      ) : null}
    </section>
  );
}

type ListProps = { t: T; locale: Locale; timeZone: string; updates: readonly Omit<Update, "mailing">[] };

export function UpdateList({ t, locale, timeZone, updates }: ListProps) {
  return updates.map((update) => (
    <article class="update">
      <p class="fine">
        <strong>{t(`petitions.updates.sorts.${update.sort}`)}</strong>
        {" · "}
        <UpdateDay {...update} locale={locale} timeZone={timeZone} />
      </p>
      <h3 dir="auto">{update.title}</h3>
      {update.saidBy ? <p dir="auto">{t("petitions.updates.said", { who: update.saidBy })}</p> : null}
      {update.signatureCount === null ? null : (
        <p>
          {t("petitions.updates.counted", {
            count: update.signatureCount,
            n: formatNumber(update.signatureCount, locale),
          })}
        </p>
      )}
      <div class="prose" dir="auto">
        {raw(update.bodyHtml)}
      </div>
    </article>
  ));
}

/** A date is a date wherever it is read; a moment is told in the group's time. */
function UpdateDay({
  happenedOn,
  postedAt,
  locale,
  timeZone,
}: Pick<Update, "happenedOn" | "postedAt"> & { locale: Locale; timeZone: string }) {
  if (happenedOn)
    return <time datetime={happenedOn}>{formatDate(Date.parse(happenedOn), locale, "UTC")}</time>;
  return <When at={postedAt} now={postedAt} locale={locale} timeZone={timeZone} form="date" />;
}
