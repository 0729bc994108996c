import { Notice } from "../ui/flash";
import { Form, HiddenField, SubmitButton } from "../ui/form";
import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { DataTable } from "../ui/table";
import { verdictOn, weightsFor } from "./odds";
import { BoardList } from "./share-links";
import type { ShareNumbers, VariantNumbers } from "./tally";
import type { BoardLine, ShareSettings } from "./types";

export type SharePanelProps = {
  t: T;
  locale: Locale;
  share: ShareSettings;
  numbers: ShareNumbers;
  board: readonly BoardLine[];
  version: number;
  /** Where the buttons post to, and where the words are written. */
  href: string;
  editHref: string;
  /** Whether whoever looks may decide. */
  mayDecide: boolean;
};

/** How an action is passed on: what came of it, and which of the variants does best. */
export function SharePanel(props: SharePanelProps) {
  const { t, share, numbers, board, editHref } = props;
  return (
    <div class="stack">
      <Section title={t("sharing.panel.title")} text={t("sharing.panel.lead")}>
        <p>
          {t("sharing.panel.joined", { count: numbers.joined })}{" "}
          {t("sharing.panel.shared", { count: numbers.shared })}
        </p>
        <p class="hint">{t("sharing.panel.about")}</p>
      </Section>
      <Section title={t("sharing.panel.variants")}>
        {share.variants.length === 0 ? (
          <p>
            {t("sharing.panel.none")} <a href={editHref}>{t("sharing.panel.write")}</a>
          </p>
        ) : (
          <VariantTest {...props} />
        )}
      </Section>
      {board.length === 0 ? null : (
        <Section title={t("sharing.board.title")}>
          <BoardList t={t} board={board} />
        </Section>
      )}
    </div>
  );
}

function VariantTest(props: SharePanelProps) {
  const { t, share, numbers } = props;
  const { variants } = numbers;
  const weights =
    share.split === "learning" ? weightsFor(armsOf(variants)) : variants.map(() => 1 / variants.length);
  return (
    <>
      <Outcome {...props} />
      <VariantTable {...props} weights={share.winner === "" ? weights : weightsOfWinner(props)} />
      <p class="hint">{t("sharing.panel.how")}</p>
      {props.mayDecide ? <Decide {...props} /> : null}
    </>
  );
}

function armsOf(variants: readonly VariantNumbers[]) {
  return variants.map(({ shown, joined }) => ({ shown, joined }));
}

function weightsOfWinner({ share, numbers }: SharePanelProps): number[] {
  return numbers.variants.map(({ letter }) => (letter === share.winner ? 1 : 0));
}

/** Who is ahead, in words. */
function Outcome({ t, locale, share, numbers }: SharePanelProps) {
  const { winner, variants } = share;
  if (winner !== "")
    return (
      <Notice kind="good">
        <p>{t("sharing.panel.chosen", { name: nameOf(share, winner) })}</p>
      </Notice>
    );
  if (variants.length < 2) return <p>{t("sharing.panel.onlyOne")}</p>;
  const { verdict, best, chances } = verdictOn(armsOf(numbers.variants));
  if (verdict === "early") return <p>{t("sharing.panel.early")}</p>;
  const name = nameOf(share, numbers.variants[best]?.letter ?? "");
  const chance = percent(chances[best] ?? 0, locale);
  return (
    <Notice kind={verdict === "sure" ? "good" : "info"}>
      <p>{t(verdict === "sure" ? "sharing.panel.sure" : "sharing.panel.open", { name, chance })}</p>
    </Notice>
  );
}

function nameOf({ variants }: ShareSettings, letter: string): string {
  const label = variants.find((variant) => variant.letter === letter)?.label ?? "";
  return `${letter.toUpperCase()} · ${label}`;
}

function percent(part: number, locale: Locale): string {
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(part);
}

function VariantTable({
  t,
  locale,
  share,
  numbers,
  weights,
}: SharePanelProps & { weights: readonly number[] }) {
  const { chances, verdict } = verdictOn(armsOf(numbers.variants));
  const per = ({ shown, joined }: VariantNumbers) =>
    shown === 0
      ? "–"
      : new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format((joined / shown) * 100);
  const rows = numbers.variants.map((variant, at) => ({
    ...variant,
    chance: chances[at] ?? 0,
    weight: weights[at] ?? 0,
  }));
  return (
    <DataTable
      caption={t("sharing.panel.variants")}
      isCaptionHidden
      rows={rows}
      empty={null}
      columns={[
        {
          key: "name",
          title: t("sharing.panel.variant"),
          isName: true,
          cell: ({ letter }) => nameOf(share, letter),
        },
        number("weight", t("sharing.panel.weight"), ({ weight }) => percent(weight, locale)),
        number("shown", t("sharing.panel.shown"), ({ shown }) => formatNumber(shown, locale)),
        number("shares", t("sharing.panel.shares"), ({ shared }) => formatNumber(shared, locale)),
        number("signUps", t("sharing.panel.signUps"), ({ joined }) => formatNumber(joined, locale)),
        number("rate", t("sharing.panel.rate"), per),
        number("chance", t("sharing.panel.chance"), ({ chance }) =>
          verdict === "early" ? "–" : percent(chance, locale),
        ),
      ]}
    />
  );
}

type Row = VariantNumbers & { chance: number; weight: number };

function number(key: string, title: string, cell: (row: Row) => string) {
  return { key, title, isNumber: true, cell };
}

/** Going on with one, or letting the numbers decide. */
function Decide({ t, share, version, href }: SharePanelProps) {
  if (share.variants.length < 2) return null;
  const isLearning = share.split === "learning";
  return (
    <Form action={href} class="stack">
      <HiddenField name="version" value={String(version)} />
      <div class="button-row">
        {share.winner === "" ? (
          <>
            <SubmitButton kind="secondary" name="split" value={isLearning ? "even" : "learning"}>
              {t(isLearning ? "sharing.panel.even" : "sharing.panel.learn")}
            </SubmitButton>
            {share.variants.map(({ letter }) => (
              <SubmitButton kind="secondary" name="winner" value={letter}>
                {t("sharing.panel.choose", { letter: letter.toUpperCase() })}
              </SubmitButton>
            ))}
          </>
        ) : (
          <SubmitButton kind="secondary" name="winner" value="">
            {t("sharing.panel.again")}
          </SubmitButton>
        )}
      </div>
      <p class="hint">{t(isLearning ? "sharing.panel.learningHint" : "sharing.panel.learnHint")}</p>
    </Form>
  );
}
