import type { Action } from "../actions/types";
import { BYTE_ORDER_MARK, csvLine } from "../platform/csv";
import type { Locale, T } from "../ui/i18n";
import type { Results } from "./results";
import { lineLabel } from "./results-views";
import { type Summary, summaryOf } from "./summary";

/** The tables of the page of results as one: a line an answer, and for numbers their middle and their ends. */
export function resultsCsv(
  t: T,
  locale: Locale,
  { settings }: Pick<Action, "settings">,
  results: Results,
): string {
  const lines = settings.questions.flatMap((question) => {
    const tally = results.tallies[question.key];
    const people = tally?.people ?? 0;
    const summary = summaryOf(question, tally);
    const answered = [question.label, t("forms.results.answeredShort"), String(people), ""];
    return [answered, ...ends(t, question.label, summary), ...rows(summary)];

    function rows(shown: Summary): string[][] {
      if (!("lines" in shown)) return [];
      return shown.lines.map((line) => [
        question.label,
        lineLabel(t, locale, question, line),
        String(line.count),
        (line.count / Math.max(1, people)).toFixed(4),
      ]);
    }
  });
  const heading = ["question", "answer", "people", "share"] as const;
  return (
    BYTE_ORDER_MARK + [heading.map((name) => t(`forms.results.${name}`)), ...lines].map(csvLine).join("")
  );
}

function ends(t: T, label: string, summary: Summary): string[][] {
  if (summary.is !== "numbers") return [];
  const words = ["mean", "median", "least", "most"] as const;
  return words.map((word) => [label, t(`forms.results.${word}`), String(summary[word]), ""]);
}
