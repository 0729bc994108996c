import type { Tally } from "../actions/kind";
import { dbFor } from "../groups/shard";
import { raised } from "../payments/payment";
import { formatMoney, formatNumber } from "../ui/format";
import { fundraiserSettings } from "./types";

/** Money instead of people, where the organiser has set a goal in money: what the ledger says, refunds taken off. */
export const moneyTally: Tally = {
  async read({ env }, { group, action }) {
    const { moneyGoal, currency } = fundraiserSettings.parse(action.settings);
    return moneyGoal === null ? null : raised(dbFor(env, group), action.no, currency);
  },
  goal: (snapshot) => fundraiserSettings.parse(snapshot.action.settings).moneyGoal,
  words(t, snapshot, { tally, people, goal }) {
    const { locale, settings } = snapshot.action;
    const { currency } = fundraiserSettings.parse(settings);
    const money = (amount: number) => formatMoney(amount, currency, locale);
    return {
      total: people === 0 && tally === 0 ? "" : money(tally),
      people:
        people === 0
          ? t("fundraisers.count.none")
          : t("fundraisers.count.raised", { count: people, n: formatNumber(people, locale) }),
      goal: goal === null ? "" : t("fundraisers.count.goal", { goal: money(goal) }),
    };
  },
};
