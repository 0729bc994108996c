import type { Question } from "../actions/types";
import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import type { Results } from "./results";
import { type Line, type Summary, summaryOf } from "./summary";

type ResultProps = {
  t: T;
  locale: Locale;
  question: Question;
  results: Results;
  /** The latest answers in words, where whoever looks may read them. */
  texts?: readonly string[] | undefined;
};

/** One question and what people answered: a table whose rows carry a bar, so that the chart is its own table. */
export function QuestionResult({ t, locale, question, results, texts }: ResultProps) {
  const tally = results.tallies[question.key];
  const summary = summaryOf(question, tally);
  const people = tally?.people ?? 0;
  return (
    <section class="result" aria-labelledby={`result-${question.key}`}>
      <h2 id={`result-${question.key}`} dir="auto">
        {question.label}
      </h2>
      <p class="fine soft small">
        {t("forms.results.answered", { count: people, total: formatNumber(results.total, locale) })}
      </p>
      <Body {...{ t, locale, question, summary, people, texts }} />
    </section>
  );
}

type BodyProps = Omit<ResultProps, "results"> & { summary: Summary; people: number };

function Body({ t, locale, question, summary, people, texts }: BodyProps) {
  switch (summary.is) {
    case "nothing":
      return null;
    case "texts":
      return texts ? <Texts t={t} texts={texts} /> : null;
    case "answers":
      return (
        <>
          {question.type === "checkboxes" ? (
            <p class="fine soft small">{t("forms.results.several")}</p>
          ) : null}
          <Bars {...{ t, locale, question, people }} lines={summary.lines} />
        </>
      );
    case "numbers": {
      const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
      const words = ["mean", "median", "least", "most"] as const;
      return (
        <>
          <dl class="result-numbers">
            {words.map((word) => (
              <div>
                <dt>{t(`forms.results.${word}`)}</dt>
                <dd>{number.format(summary[word])}</dd>
              </div>
            ))}
          </dl>
          <Bars {...{ t, locale, question, people }} lines={summary.lines} />
        </>
      );
    }
  }
}

type BarsProps = { t: T; locale: Locale; question: Question; lines: readonly Line[]; people: number };

function Bars({ t, locale, question, lines, people }: BarsProps) {
  const share = new Intl.NumberFormat(locale, { style: "percent" });
  const longest = Math.max(1, ...lines.map(({ count }) => count));
  return (
    <table class="bars" aria-labelledby={`result-${question.key}`}>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{t("forms.results.answer")}</th>
          <th scope="col">{t("forms.results.people")}</th>
          <th scope="col">{t("forms.results.share")}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr>
            <th scope="row">
              <span dir="auto">{lineLabel(t, locale, question, line)}</span>
              {line.isOld ? <span class="fine soft small"> {t("forms.results.old")}</span> : null}
            </th>
            <td class="bars-count">{formatNumber(line.count, locale)}</td>
            <td class="bars-share">
              <span class="bars-line">
                <Bar ratio={line.count / longest} />
                <span>{share.format(line.count / Math.max(1, people))}</span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const BAR_WIDTH = 100;
/** One answer among thousands still shows. */
const BAR_LEAST = 1;

function Bar({ ratio }: { ratio: number }) {
  const width = ratio === 0 ? 0 : Math.max(BAR_LEAST, Math.round(ratio * BAR_WIDTH));
  return (
    <svg class="bar" viewBox={`0 0 ${BAR_WIDTH} 1`} preserveAspectRatio="none" aria-hidden="true">
      <path d={`M0 0h${width}v1H0z`} />
    </svg>
  );
}

/** An answer as people read it: numbers and months in their language, an answer without a name as "other". */
export function lineLabel(t: T, locale: Locale, question: Pick<Question, "type">, line: Line): string {
  if (line.span) {
    const [from, to] = line.span.map((value) => new Intl.NumberFormat(locale).format(value));
    return from === to ? String(from) : `${from}–${to}`;
  }
  if (question.type === "date") return monthLabel(locale, line.label);
  return line.label === "" ? t("forms.results.others") : line.label;
}

function monthLabel(locale: Locale, label: string): string {
  if (label.length === 4) return label;
  const month = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" });
  return month.format(new Date(`${label}-01T00:00:00Z`));
}

function Texts({ t, texts }: { t: T; texts: readonly string[] }) {
  return (
    <>
      <p class="fine soft small">{t("forms.results.latest")}</p>
      <ul class="result-texts">
        {texts.map((text) => (
          <li dir="auto">{text}</li>
        ))}
      </ul>
    </>
  );
}
