import { SelectField } from "../ui/form";
import type { T } from "../ui/i18n";
import { Section } from "../ui/layout";

export type MirrorProps = {
  options: readonly { value: string; label: string }[];
  chosen: string;
  /** Whom the chosen mailing leaves out; "" where none is chosen. */
  words: string;
};

/** Another mailing whose exclusions hold for this one too. */
export function MirrorSection({
  t,
  mirror,
  error,
}: {
  t: T;
  mirror: MirrorProps;
  error: string | undefined;
}) {
  if (mirror.options.length === 0) return null;
  return (
    <Section title={t("days.mirror.title")} text={t("days.mirror.text")}>
      <SelectField
        name="mirrorsNo"
        label={t("days.mirror.field")}
        optionalLabel={t("common.form.optional")}
        blank={t("days.mirror.blank")}
        value={mirror.chosen}
        options={mirror.options}
        error={error}
      />
      {mirror.words ? (
        <p class="soft" dir="auto">
          {mirror.words}
        </p>
      ) : null}
    </Section>
  );
}
