import type { Group } from "../groups/types";
import {
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  Form,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { PageHeader, Shell, type ShellProps } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { AudienceFields } from "./audience-fields";
import type { Draft } from "./builder";
import type { ClauseSetting } from "./clause-inputs";
import { CountPanel, type CountPanelProps } from "./count-views";
import { DESCRIPTION_MAX, NAME_MAX } from "./types";

export type EditorProps = {
  frame: Omit<ShellProps, "title" | "children" | "group">;
  group: Group;
  setting: ClauseSetting;
  /** Where the form is sent, and where leaving it leads. */
  action: string;
  back: string;
  title: string;
  values: { name: string; description: string; isShared: boolean; version: string };
  draft: Draft;
  errors: FieldErrors;
  count: CountPanelProps;
};

export function EditorPage(props: EditorProps) {
  const { frame, group, setting, title, values, draft, errors, action, back } = props;
  const { t } = setting;
  return (
    <Shell {...frame} title={title} group={group} tab="people" scripts={["audiences"]}>
      <PageHeader title={title} back={{ href: back, label: t("audiences.title") }} />
      <PeopleTabs t={t} slug={group.slug} current="audiences" />
      <Form
        action={action}
        class="form audience-editor"
        data={{ audience: `/groups/${group.slug}/audiences/count` }}
      >
        <div class="audience-build">
          <ErrorSummary t={t} errors={errors} />
          {/* The first button of a form is what Enter presses. */}
          <button class="visually-hidden" type="submit" name="do" value="count" tabindex={-1}>
            {t("audiences.button.count")}
          </button>
          <input type="hidden" name="version" value={values.version} />
          <TextField
            name="name"
            label={t("audiences.field.name")}
            value={values.name}
            maxlength={NAME_MAX}
            required
            error={errors.name}
            autocomplete="off"
          />
          <TextArea
            name="description"
            label={t("audiences.field.description")}
            optionalLabel={t("common.form.optional")}
            rows={2}
            maxlength={DESCRIPTION_MAX}
            value={values.description}
          />
          <AudienceFields setting={setting} draft={draft} />
          <CheckboxField
            name="isShared"
            label={t("audiences.field.isShared")}
            hint={t("audiences.hint.isShared")}
            checked={values.isShared}
          />
        </div>
        <div class="audience-count">
          <CountPanel {...props.count} />
          <ButtonRow>
            <SubmitButton>{t("audiences.button.save")}</SubmitButton>
            <SubmitButton kind="secondary" name="do" value="count">
              {t("audiences.button.count")}
            </SubmitButton>
          </ButtonRow>
        </div>
      </Form>
    </Shell>
  );
}
