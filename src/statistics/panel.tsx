import type { Action } from "../actions/types";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { Stats } from "../ui/card";
import { civilDay } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { type Report, reportOf } from "./report";
import { statisticsNow } from "./statistic";
import type { Range } from "./types";
import { figuresOf } from "./views";
import { valueName } from "./words";

export type OverviewStatistics = { week: Report; all: Report; isWhole: boolean };

/** The last seven days of an action and all its time; null when it cannot be counted now, since an overview has more to say. */
export async function overviewOf(
  ctx: Context,
  group: Group,
  action: Action,
): Promise<OverviewStatistics | null> {
  if (action.status === "draft") return null;
  const { timeZone } = group;
  try {
    const statistics = await statisticsNow(ctx, group, action);
    const report = (range: Range) => reportOf(statistics, range, civilDay(ctx.now, timeZone));
    return { week: report("7"), all: report("all"), isWhole: statistics.isWhole };
  } catch (error) {
    ctx.log.error("statistics.failed", error, { actionId: action.id });
    return null;
  }
}

type StatisticsPanelProps = { t: T; locale: Locale; href: string; counted: OverviewStatistics };

/** Views, actions, conversion and the best source of the last days, and the way to the rest. */
export function StatisticsPanel({ t, locale, href, counted }: StatisticsPanelProps) {
  const { week, isWhole } = counted;
  const [views, people, conversion] = figuresOf({ t, locale, report: week });
  const [best] = week.sources;
  const source = {
    label: t("statistics.panel.source"),
    value: <span class="stat-word">{best ? valueName(t, "sources", best.value) : "–"}</span>,
  };
  const shown = [views, people, conversion, source].filter((figure) => figure !== undefined);
  return (
    <Section title={t("statistics.panel.title")}>
      <div class="figures">
        <Stats stats={shown} />
      </div>
      {isWhole ? null : <p class="soft small">{t("statistics.notWhole")}</p>}
      <p>
        <a href={`${href}?range=7`}>{t("statistics.panel.all")}</a>
      </p>
    </Section>
  );
}
