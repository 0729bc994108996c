import type { Child } from "hono/jsx";
import { SelectField, SubmitButton, TextField } from "../ui/form";
import { Icon } from "../ui/icon";
import { Section } from "../ui/layout";
import type { Draft } from "./builder";
import type { ClauseSetting } from "./clause-inputs";
import { ClauseFields } from "./clause-views";
import { clauseKinds, type DraftGroup, type DraftNode } from "./draft";
import { DEPTH_MAX, limitOrders } from "./types";

export { CountPanel, type CountPanelProps } from "./count-views";

/** How many groups of conditions one inside another the screen offers. */
const SCREEN_DEPTH_MAX = Math.min(4, DEPTH_MAX);

/** What an audience is made of, as fields of a form: who is in, who is left out, and how many at most. */
export function AudienceFields({
  setting,
  draft,
  children,
}: {
  setting: ClauseSetting;
  draft: Draft;
  children?: Child;
}) {
  const { t } = setting;
  return (
    <>
      <Section title={t("audiences.part.include")} text={t("audiences.part.includeText")}>
        <GroupFields {...{ setting, group: draft.include, depth: 1 }} />
      </Section>
      <Section title={t("audiences.part.exclude")} text={t("audiences.part.excludeText")}>
        <GroupFields {...{ setting, group: draft.exclude, depth: 1 }}>
          <SubmitButton kind="secondary" name="do" value="recent">
            {t("audiences.button.recent")}
          </SubmitButton>
          {children}
        </GroupFields>
      </Section>
      <LimitFields setting={setting} draft={draft} />
    </>
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
