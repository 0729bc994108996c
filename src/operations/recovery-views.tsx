import type { Group } from "../groups/types";
import { ButtonRow, type FieldErrors, Form, SubmitButton, TextField } from "../ui/form";
import type { T } from "../ui/i18n";
import { Section } from "../ui/layout";

type RecoveryProps = {
  t: T;
  group: Group;
  recovery: {
    /** As the field holds it: "2026-11-22T10:30", in UTC. */
    since: string;
    /** Where to go on, when not every action was asked. */
    before: number | null;
  };
  errors?: FieldErrors;
};

/** Brings back what a group's people sent after the moment the database was set back to. */
export function RecoverySection({ t, group, recovery, errors = {} }: RecoveryProps) {
  const { since, before } = recovery;
  return (
    <Section title={t("operations.recovery.title")} text={t("operations.recovery.text")} id="recovery">
      {group.settings.keepsForRecovery ? null : <p>{t("operations.recovery.off")}</p>}
      {before === null ? null : <p>{t("operations.recovery.more")}</p>}
      <Form action={`/operations/groups/${group.id}/recovery`} label={t("operations.recovery.title")}>
        <TextField
          name="since"
          type="datetime-local"
          label={t("operations.recovery.since")}
          hint={t("operations.recovery.sinceHint")}
          width="medium"
          required
          value={since}
          error={errors.since}
        />
        {before === null ? null : <input type="hidden" name="before" value={String(before)} />}
        <ButtonRow>
          <SubmitButton kind="secondary">
            {t(before === null ? "operations.recovery.button" : "operations.recovery.goOn")}
          </SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}
