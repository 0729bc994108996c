import { ButtonRow, SubmitButton } from "../ui/form";
import type { T } from "../ui/i18n";
import { Section } from "../ui/layout";

/** The way to make a mailing a series: within the form of the last step, so that what was typed there is kept. */
export function RepeatEntry({ t }: { t: T }) {
  return (
    <Section title={t("series.entry.title")} id="repeat" text={t("series.entry.text")}>
      <ButtonRow>
        <SubmitButton kind="secondary" name="do" value="repeat">
          {t("series.entry.button")}
        </SubmitButton>
      </ButtonRow>
    </Section>
  );
}
