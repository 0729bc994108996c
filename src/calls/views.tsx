import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { formatNumber } from "../ui/format";
import { DataTable, EmptyState } from "../ui/table";
import type { TargetCalls } from "./store";
import { outcomes } from "./types";

/** Whom people called, and how the calls ended. */
export function CallsPage(props: ActionFrame & { targets: readonly TargetCalls[] }) {
  const { t, locale, targets } = props;
  const total = ({ counts }: TargetCalls) => outcomes.reduce((sum, one) => sum + (counts[one] ?? 0), 0);
  return (
    <ActionShell {...props} tab="calls" page={t("calls.tab")} lead={t("calls.list.lead")}>
      <DataTable<TargetCalls>
        caption={t("calls.tab")}
        isCaptionHidden
        rows={targets}
        empty={<EmptyState title={t("calls.list.empty")} text={t("calls.list.emptyText")} />}
        columns={[
          {
            key: "target",
            title: t("calls.list.target"),
            isName: true,
            cell: ({ name, office }) => (
              <>
                <strong>{name}</strong> <span class="soft">{office}</span>
              </>
            ),
          },
          {
            key: "total",
            title: t("calls.list.total"),
            isNumber: true,
            cell: (target) => formatNumber(total(target), locale),
          },
          ...outcomes.map((outcome) => ({
            key: outcome,
            title: t(`calls.outcomes.${outcome}`),
            isNumber: true,
            cell: ({ counts }: TargetCalls) => formatNumber(counts[outcome] ?? 0, locale),
          })),
        ]}
      />
    </ActionShell>
  );
}
