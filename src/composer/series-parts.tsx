import type { GroupDb } from "../groups/shard";
import type { T } from "../ui/i18n";
import { type SeriesName, selectRunsAmong, selectSeriesNames } from "./store-series";

/** In one list; a group has as many at most. */
const SERIES_MAX = 200;

/** What a list of mailings knows of a group's series. */
export type ListedRuns = {
  series: readonly SeriesName[];
  /** The one it is narrowed to. */
  chosen: SeriesName | null;
  /** Of the mailings that are runs, by number. */
  runs: ReadonlyMap<number, { seriesNo: number; nth: number }>;
};

/** The series a list may be narrowed to, and the one that an address asks for; one the group does not have is none. */
export async function seriesAsked(db: GroupDb, id: string): Promise<Omit<ListedRuns, "runs">> {
  const series = await selectSeriesNames(db, SERIES_MAX);
  return { series, chosen: series.find((each) => each.id === id) ?? null };
}

/** The same with what is known of the mailings that are shown. */
export async function listedRuns(
  db: GroupDb,
  asked: Omit<ListedRuns, "runs">,
  nos: readonly number[],
): Promise<ListedRuns> {
  return { ...asked, runs: asked.series.length === 0 ? new Map() : await selectRunsAmong(db, nos) };
}

/** Narrows a list of mailings to the runs of one series. Nothing while the group has none. */
export function SeriesFilter({ t, listed: { series, chosen } }: { t: T; listed: ListedRuns }) {
  if (series.length === 0) return null;
  return (
    <div class="field">
      <label for="f-series">{t("series.filter.label")}</label>
      <select id="f-series" name="series" class="input">
        <option value="">{t("series.filter.any")}</option>
        {series.map(({ id, name }) => (
          <option value={id} selected={id === chosen?.id}>
            {name || t("composer.untitled")}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Of which series a mailing is a run. */
export function SeriesOf({ t, listed, no, base }: { t: T; listed: ListedRuns; no: number; base: string }) {
  const run = listed.runs.get(no);
  const series = listed.series.find((each) => each.no === run?.seriesNo);
  if (!run || !series) return null;
  return (
    <span class="soft small">
      <a href={`${base}/series/${series.id}`} dir="auto">
        {t("series.filter.of", { name: series.name || t("composer.untitled") })}
      </a>
    </span>
  );
}
