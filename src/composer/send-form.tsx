import type { Child } from "hono/jsx";
import { ButtonLink, ButtonRow, Form, HiddenField, SubmitButton, TextField } from "../ui/form";
import { formatNumber } from "../ui/format";
import { Section } from "../ui/layout";
import { RepeatEntry } from "./repeat-entry";
import type { ReviewProps } from "./review-props";
import { Options, Schedule, TestPlan } from "./send-options";

/** How it is sent, and the button. */
export function SendForm(props: ReviewProps) {
  const { t, href } = props;
  return (
    <Form action={`${href}/review`} class="form measure" label={t("composer.send.title")}>
      {/* What Enter presses: it keeps what was typed and sends nothing. */}
      <button class="visually-hidden" type="submit" name="do" value="save" tabindex={-1}>
        {t("composer.send.save")}
      </button>
      <TestPlan {...props} />
      <Options {...props} />
      <Schedule {...props} />
      <Send {...props} />
      <RepeatEntry t={t} />
    </Form>
  );
}

function Send(props: ReviewProps) {
  const { t, locale, audience, estimate, problems, typeBack, isAsking, errors, href } = props;
  const isBroken = problems.some(({ isError }) => isError);
  const recipients = estimate?.recipients ?? 0;
  const isReady = audience !== null && !isBroken && recipients > 0 && estimate?.isWhole !== false;
  const number = formatNumber(recipients, locale);
  return (
    <Section title={t("composer.send.title")} id="send">
      <Why {...{ isBroken, audience, estimate, t, href }} />
      {isReady && typeBack !== null ? (
        <TextField
          name="typedBack"
          label={t("composer.send.typeBack", { number: formatNumber(typeBack, locale) })}
          hint={t("composer.send.typeBackHint")}
          inputmode="numeric"
          width="short"
          autocomplete="off"
          error={errors.typedBack}
        />
      ) : null}
      {isReady && isAsking ? <p>{t("composer.send.askText")}</p> : null}
      <HiddenField name="shown" value={String(recipients)} />
      <ButtonRow isSticky>
        {isReady ? (
          <SubmitButton name="do" value="send">
            {isAsking
              ? t("composer.send.ask", { count: recipients, number })
              : t("composer.send.button", { count: recipients, number })}
          </SubmitButton>
        ) : null}
        <SubmitButton kind="secondary" name="do" value="save">
          {t(estimate?.isWhole === false ? "composer.send.again" : "composer.send.save")}
        </SubmitButton>
      </ButtonRow>
    </Section>
  );
}

/** What keeps it from being sent. */
function Why(
  props: Pick<ReviewProps, "t" | "audience" | "estimate" | "href"> & { isBroken: boolean },
): Child {
  const { t, audience, estimate, isBroken, href } = props;
  if (audience === null)
    return (
      <p>
        {t("composer.review.noAudience")}{" "}
        <ButtonLink kind="secondary" href={`${href}/target`}>
          {t("composer.review.choose")}
        </ButtonLink>
      </p>
    );
  if (isBroken) return <p>{t("composer.send.broken")}</p>;
  if (estimate && !estimate.isWhole) return <p>{t("composer.send.counting")}</p>;
  if (estimate?.recipients === 0) return <p>{t("composer.send.nobody")}</p>;
  return null;
}
