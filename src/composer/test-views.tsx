import { Form, HiddenField, SubmitButton } from "../ui/form";
import { formatNumber, formatPercent } from "../ui/format";
import { Section } from "../ui/layout";
import { DataTable } from "../ui/table";
import { When } from "../ui/when";
import { letterOf } from "./parts";
import type { ProgressProps } from "./progress-props";

type Variant = { variantNo: number; sent: number; did: number; share: number; low: number; high: number };

/** What the variants brought, and the choice of the one that goes to the rest. */
export function TestPart(props: ProgressProps) {
  const { t, locale, href, numbers, maySend } = props;
  const { test, frozen } = numbers;
  if (!test) return null;
  const { phase, endsAt, verdict, winnerNo } = test;
  const variants = Object.keys(frozen?.variants ?? {})
    .map(Number)
    .filter((no) => no > 0)
    .toSorted((one, other) => one - other);
  const mayChoose = maySend && winnerNo === null && phase !== "sample";
  const percent = (share: number) => formatPercent(share, locale, 1);
  return (
    <Section title={t("composer.winner.title")} id="test">
      <p>
        {t(`composer.winner.phase.${phase}`, { letter: winnerNo ? letterOf(winnerNo) : "" })}{" "}
        {phase === "waiting" && endsAt !== null ? <When {...props} at={endsAt} /> : null}
      </p>
      {verdict ? (
        <p>{t(`composer.winner.verdict.${verdict.is}`, { letter: letterOf(verdict.bestNo) })}</p>
      ) : mayChoose ? (
        <p class="soft">{t("composer.winner.early")}</p>
      ) : null}
      {verdict ? (
        <DataTable<Variant>
          caption={t(`composer.plan.measures.${verdict.measure}`)}
          rows={verdict.variants}
          empty={null}
          columns={[
            {
              key: "variant",
              title: t("composer.winner.variant"),
              isName: true,
              cell: ({ variantNo }) => letterOf(variantNo),
            },
            {
              key: "sent",
              title: t("composer.numbers.sent"),
              isNumber: true,
              cell: ({ sent }) => formatNumber(sent, locale),
            },
            {
              key: "did",
              title: t(`composer.plan.measures.${verdict.measure}`),
              isNumber: true,
              cell: ({ did }) => formatNumber(did, locale),
            },
            {
              key: "share",
              title: t("composer.winner.share"),
              isNumber: true,
              cell: ({ share }) => percent(share),
            },
            {
              key: "between",
              title: t("composer.winner.between"),
              isNumber: true,
              cell: ({ low, high }) => `${percent(low)} – ${percent(high)}`,
            },
          ]}
        />
      ) : null}
      {mayChoose ? (
        <div class="cluster">
          {variants.map((no) => (
            <Form action={`${href}/winner`} class="inline">
              <HiddenField name="variant" value={String(no)} />
              <SubmitButton
                kind={verdict?.bestNo === no ? "primary" : "secondary"}
                {...(verdict ? {} : { confirm: t("composer.winner.earlyAsk", { letter: letterOf(no) }) })}
              >
                {t("composer.winner.send", { letter: letterOf(no) })}
              </SubmitButton>
            </Form>
          ))}
        </div>
      ) : null}
    </Section>
  );
}
