import type { Child } from "hono/jsx";
import type { Group } from "../groups/types";
import {
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  Form,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { Icon } from "../ui/icon";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import type { Draft } from "./builder";
import { ClauseFields, type ClauseSetting } from "./clause-views";
import { CountPanel, type CountPanelProps } from "./count-views";
import { clauseKinds, type DraftGroup, type DraftNode } from "./draft";
import { DEPTH_MAX, DESCRIPTION_MAX, limitOrders, NAME_MAX } from "./types";

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

/** How many groups of conditions one inside another the screen offers. */
const SCREEN_DEPTH_MAX = Math.min(4, DEPTH_MAX);

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
          <Section title={t("audiences.part.include")} text={t("audiences.part.includeText")}>
            <GroupFields {...{ setting, group: draft.include, depth: 1 }} />
          </Section>
          <Section title={t("audiences.part.exclude")} text={t("audiences.part.excludeText")}>
            <GroupFields {...{ setting, group: draft.exclude, depth: 1 }}>
              <SubmitButton kind="secondary" name="do" value="recent">
                {t("audiences.button.recent")}
              </SubmitButton>
            </GroupFields>
          </Section>
          <LimitFields setting={setting} draft={draft} />
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

function LimitFields({ setting, draft }: { setting: ClauseSetting; draft: Draft }) {
  const { t, errorOf } = setting;
  return (
    <Section title={t("audiences.part.limit")} text={t("audiences.part.limitText")}>
      <div class="audience-span">
        <TextField
          name="limit"
          label={t("audiences.field.limit")}
          optionalLabel={t("common.form.optional")}
          value={draft.limit.people}
          inputmode="numeric"
          width="short"
          autocomplete="off"
          error={errorOf("limit")}
        />
        <SelectField
          name="limitBy"
          label={t("audiences.field.limitBy")}
          value={draft.limit.by}
          options={limitOrders.map((value) => ({ value, label: t(`audiences.order.${value}`) }))}
        />
      </div>
      <input
        type="hidden"
        name="limitSeed"
        value={draft.limit.seed || String(crypto.getRandomValues(new Uint16Array(1))[0] ?? 0)}
      />
    </Section>
  );
}

type GroupProps = { setting: ClauseSetting; group: DraftGroup; depth: number; children?: Child };

function GroupFields({ setting, group, depth, children }: GroupProps) {
  const { t, errorOf } = setting;
  const { path, join } = group;
  return (
    <div class="audience-group">
      <SelectField
        name={`${path}:join`}
        label={t("audiences.field.join")}
        value={join}
        options={(["all", "any"] as const).map((value) => ({ value, label: t(`audiences.join.${value}`) }))}
      />
      <ol class="audience-conditions">
        {group.children.map((child) => (
          <li>
            <Condition {...{ setting, child, depth }} />
          </li>
        ))}
      </ol>
      <div class="audience-add">
        <SelectField
          name={`${path}:add`}
          label={t("audiences.field.add")}
          value=""
          blank={t("audiences.choose")}
          options={clauseKinds.map((kind) => ({ value: kind, label: t(`audiences.kind.${kind}`) }))}
          error={errorOf(`${path}:add`)}
        />
        <SubmitButton kind="secondary" name="do" value={`add ${path}`}>
          <Icon name="plus" />
          {t("audiences.button.add")}
        </SubmitButton>
        {depth < SCREEN_DEPTH_MAX ? (
          <SubmitButton kind="quiet" name="do" value={`group ${path}`}>
            {t("audiences.button.group")}
          </SubmitButton>
        ) : null}
        {children}
      </div>
    </div>
  );
}

function Condition({ setting, child, depth }: { setting: ClauseSetting; child: DraftNode; depth: number }) {
  const { t } = setting;
  const { path } = child;
  const title = "join" in child ? t("audiences.groupOf") : t(`audiences.kind.${child.is}`);
  return (
    <fieldset class="audience-condition">
      <legend>{title}</legend>
      {"is" in child ? <input type="hidden" name={`${path}:is`} value={child.is} /> : null}
      <SelectField
        name={`${path}:not`}
        label={t("audiences.field.not", { what: title })}
        isLabelHidden
        value={child.isNot ? "yes" : ""}
        options={[
          { value: "", label: t("audiences.isNot.no") },
          { value: "yes", label: t("audiences.isNot.yes") },
        ]}
      />
      {"is" in child ? (
        <ClauseFields of={child} setting={setting} />
      ) : (
        <GroupFields setting={setting} group={child} depth={depth + 1} />
      )}
      <div class="audience-remove">
        <SubmitButton kind="quiet" name="do" value={`remove ${path}`}>
          {t("audiences.button.remove")}
          <span class="visually-hidden"> ({title})</span>
        </SubmitButton>
      </div>
    </fieldset>
  );
}
