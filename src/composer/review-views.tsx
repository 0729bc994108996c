import { coveringOf } from "../mailings/combining";
import { type Problem, problemWords } from "../mailings/content";
import { Notice } from "../ui/flash";
import { ButtonRow, CheckboxField, ErrorSummary, Form, SubmitButton, TextField } from "../ui/form";
import { formatNumber } from "../ui/format";
import { localeNames, type T } from "../ui/i18n";
import { Section, Shell } from "../ui/layout";
import { BreakdownSection } from "./breakdown-views";
import { AudienceSection } from "./estimate-views";
import { MailingHeader, Names } from "./mailing-frame";
import { letterOf, placeQuery, Steps } from "./parts";
import { ProofsWanted } from "./proofs-wanted";
import type { ReviewProps } from "./review-props";
import { SendForm } from "./send-form";
import { ShownMail } from "./shown-mail";

/** The third step: whom it mails, what is wrong with it, how it looks, a test, and the button. */
export function ReviewPage(props: ReviewProps) {
  const { t, frame, href, flash, errors, refusal } = props;
  return (
    <Shell
      {...frame}
      title={t("composer.steps.review")}
      tab="mailings"
      flash={flash}
      scripts={["presence", "preview", "audiences"]}
    >
      <MailingHeader {...props} />
      <Steps t={t} href={href} current="review" />
      <p class="soft small" role="status" data-presence={`${href}/presence`}>
        {props.presence}
      </p>
      {refusal ? (
        <Notice kind="bad" title={t("composer.review.notSent")}>
          <p>{refusal}</p>
        </Notice>
      ) : null}
      <ErrorSummary t={t} errors={errors} />
      <div class="editor split">
        <div class="form">
          <AudienceSection {...props} />
          <BreakdownSection {...props} />
          <Checks {...props} />
          <Tests {...props} />
        </div>
        <ShownMail {...props} />
      </div>
      {props.mayWrite ? <SendForm {...props} /> : null}
      <Names {...props} back="review" />
    </Shell>
  );
}

function Checks({
  t,
  locale,
  problems,
  blanks,
  notCounted,
  withoutRow,
  isBlanksWhole,
  href,
  versions,
}: ReviewProps) {
  const isOne = new Set(versions.map(({ variantNo, language }) => `${variantNo}-${language}`)).size === 1;
  const missing = blanks.filter(({ count }) => count > 0);
  return (
    <Section title={t("composer.review.checks")} id="checks">
      {problems.length + missing.length + notCounted.length + withoutRow === 0 ? (
        <Notice kind="good">
          <p>{t("composer.review.allGood")}</p>
        </Notice>
      ) : null}
      <ul class="mail-problems">
        {problems.map((problem) => {
          const { where, what, todo } = problemWords(t, problem);
          const { language, isError } = problem;
          return (
            <li class={isError ? "mail-problem mail-problem-bad" : "mail-problem"}>
              <p>
                <strong>{t(isError ? "composer.review.mustChange" : "composer.review.lookAt")}</strong>{" "}
                <a href={href + problemQuery(problem)}>
                  {isOne ? where : `${placeWords(t, problem)}, ${localeNames[language]}: ${where}`}
                </a>
              </p>
              <p dir="auto">
                {what} {todo}
              </p>
            </li>
          );
        })}
        {withoutRow > 0 ? (
          <li class="mail-problem">
            <p>
              {t("merging.mailing.noRow", { count: withoutRow, number: formatNumber(withoutRow, locale) })}
              {isBlanksWhole ? "" : ` ${t("composer.review.blankSoFar")}`}
            </p>
          </li>
        ) : null}
        {missing.map(({ field, count }) => (
          <li class="mail-problem">
            <p>
              {t("composer.review.blank", { count, number: formatNumber(count, locale), field })}
              {isBlanksWhole ? "" : ` ${t("composer.review.blankSoFar")}`}
            </p>
          </li>
        ))}
        {notCounted.map((field) => (
          <li class="mail-problem">
            <p>{t("composer.review.notCounted", { field })}</p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Where what is wrong can be mended. */
function problemQuery({ variantNo, language, alternate }: Problem): string {
  if (!alternate) return placeQuery({ variantNo, language });
  const { row, part } = alternate;
  return placeQuery({ variantNo: row, language, part: row === 1 ? null : part });
}

function placeWords(t: T, { variantNo, alternate }: Problem): string {
  return alternate ? t(`alternates.nth.${alternate.part}`, { nth: alternate.nth }) : letterOf(variantNo);
}

function Tests(props: ReviewProps) {
  const { t, href, frame, as, versions, errors, mayEdit } = props;
  if (!mayEdit) return null;
  const shown = coveringOf(versions);
  return (
    <Section title={t("composer.test.title")} id="test" text={t("composer.test.text")}>
      <Form action={`${href}/tests`} class="form" label={t("composer.test.title")}>
        <TextField
          name="to"
          label={t("composer.test.to")}
          hint={t("composer.test.toHint")}
          value={frame.account.email}
          autocomplete="email"
          error={errors.to}
        />
        {as ? (
          <CheckboxField
            name="as"
            value={String(as.personNo)}
            label={t("composer.test.as", { name: as.name })}
            checked
          />
        ) : null}
        {versions.length > 1 ? (
          <p class="soft small">
            {t(shown.length < versions.length ? "alternates.proofs" : "composer.test.all", {
              count: shown.length,
            })}
          </p>
        ) : null}
        <ButtonRow>
          <SubmitButton kind="secondary">{t("composer.test.send")}</SubmitButton>
        </ButtonRow>
      </Form>
      <ProofsWanted {...props} />
    </Section>
  );
}
