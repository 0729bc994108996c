import { type ActionFrame, ActionShell } from "../actions/action-shell";
import type { Removal } from "../intake/removal";
import type { Signer } from "../intake/signers";
import { ButtonLink, ButtonRow, Form, HiddenField, SubmitButton } from "../ui/form";
import { formatDate, formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { type FilterWords, filterQuery } from "./filter";

export type RemovalsProps = ActionFrame & {
  removals: readonly Removal[];
  nameOfMember(accountNo: number | null): string;
};

/** What was taken out of the count, by whom and why; and the way back. */
export function RemovalsPage(props: RemovalsProps) {
  const { t, locale, group, action, removals, now, timeZone, nameOfMember } = props;
  const href = `/groups/${group.slug}/actions/${action.id}`;
  return (
    <ActionShell {...props} tab="signers" page={t("intake.removals.title")}>
      <Section title={t("intake.removals.title")} text={t("intake.removals.text")}>
        <DataTable
          caption={t("intake.removals.title")}
          isCaptionHidden
          rows={removals}
          empty={<EmptyState title={t("intake.removals.none")} text={t("intake.removals.noneText")} />}
          columns={[
            {
              key: "what",
              title: t("intake.removals.what"),
              isName: true,
              cell: (removal) => criteriaWords(t, locale, timeZone, removal),
            },
            {
              key: "count",
              title: t("intake.removals.count"),
              isNumber: true,
              cell: (removal) => formatNumber(removal.count, locale),
            },
            {
              key: "when",
              title: t("intake.removals.when"),
              cell: (removal) => (
                <span class="person">
                  <When at={removal.removedAt} now={now} locale={locale} timeZone={timeZone} />
                  {removal.removedBy === null ? null : (
                    <span class="soft small">{nameOfMember(removal.removedBy)}</span>
                  )}
                </span>
              ),
            },
            {
              key: "undo",
              title: t("common.form.undo"),
              cell: (removal) => (
                <Undo t={t} href={`${href}/removals/${removal.no}/undo`} removal={removal} />
              ),
            },
          ]}
        />
      </Section>
    </ActionShell>
  );
}

function Undo({ t, href, removal }: { t: T; href: string; removal: Removal }) {
  if (removal.undoneAt !== null) return t("intake.removals.undone");
  if (removal.cause !== "organiser") return "";
  return (
    <Form class="inline" action={href}>
      <SubmitButton kind="secondary">{t("common.form.undo")}</SubmitButton>
    </Form>
  );
}

/** A removal in words: what was searched for, or how many were picked by hand. */
function criteriaWords(t: T, locale: Locale, timeZone: string, { cause, criteria, count }: Removal): string {
  if (cause !== "organiser") return t(`intake.removals.causes.${cause}`);
  if ("ids" in criteria) return t("intake.removals.picked", { count });
  const day = (at: unknown) => (typeof at === "number" ? formatDate(at, locale, timeZone) : "");
  const { text, source, from, to, comment } = criteria;
  const words = [
    typeof text === "string" ? t("intake.removals.with", { text }) : "",
    typeof source === "string" ? t("intake.removals.from", { source: source || "–" }) : "",
    typeof from === "number" ? t("intake.removals.since", { day: day(from) }) : "",
    typeof to === "number" ? t("intake.removals.until", { day: day(to - 1) }) : "",
    comment === "waiting" || comment === "shown" || comment === "hidden"
      ? t(`intake.comments.${comment}`)
      : "",
  ];
  return words.filter((part) => part !== "").join("; ");
}

export type RemovalNewProps = ActionFrame & {
  words: FilterWords;
  count: number;
  total: number;
  until: number;
  sample: readonly Signer[];
};

/** Says what a removal takes before it takes it. */
export function RemovalNewPage(props: RemovalNewProps) {
  const { t, group, action, words, count, total, sample, locale } = props;
  const href = `/groups/${group.slug}/actions/${action.id}`;
  return (
    <ActionShell {...props} tab="signers" page={t("intake.removals.newTitle")}>
      <Section title={t("intake.removals.newTitle")}>
        <p class="lead">
          {t("intake.removals.takes", {
            count,
            number: formatNumber(count, locale),
            total: formatNumber(total, locale),
          })}
        </p>
        <p>{t("intake.removals.keeps")}</p>
        <ul class="sample">
          {sample.map((signer) => (
            <li>
              <span dir="auto">
                {[signer.answer.givenName, signer.answer.familyName].filter((part) => part).join(" ")}
              </span>{" "}
              <span class="soft">{signer.email}</span>
            </li>
          ))}
          {count > sample.length ? (
            <li class="soft">{t("intake.removals.andMore", { count: count - sample.length })}</li>
          ) : null}
        </ul>
        <ButtonRow>
          {count > 0 ? (
            <Form class="inline" action={`${href}/removals`}>
              {Object.entries(words).map(([name, value]) => (
                <HiddenField name={name} value={value} />
              ))}
              <HiddenField name="until" value={String(props.until)} />
              <SubmitButton kind="danger">{t("intake.removals.take", { count })}</SubmitButton>
            </Form>
          ) : null}
          <ButtonLink kind="secondary" href={`${href}/signers${filterQuery(words)}`}>
            {t("common.form.cancel")}
          </ButtonLink>
        </ButtonRow>
      </Section>
    </ActionShell>
  );
}
