import type { Action } from "../actions/types";
import { type CustomField, fieldLabel } from "../people/custom-field";
import { Disclosure, Facts } from "../ui/card";
import { CopyField } from "../ui/copy";
import { Notice } from "../ui/flash";
import {
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  type Option,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import type { T } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { Status, type Tone } from "../ui/status";
import { type Column, DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { PageFrame } from "./frame";
import { stateTones } from "./list-views";
import { customName, questionName } from "./mapping-form";
import type { Leaf } from "./payload-path";
import type { Plan } from "./receive";
import {
  type Hook,
  type Mapping,
  mappedFields,
  type Outcome,
  type Reason,
  WORDING_MAX,
  YES_MAX,
} from "./types";

export type Delivery = { no: number; at: number; outcome: Outcome; reason: Reason };

type Props = PageFrame & {
  hook: Hook;
  /** The secret address; only on the page that answers to making it. */
  url?: string;
  mapping: Mapping;
  tagsText: string;
  errors: FieldErrors;
  /** The delivery whose values the selects show; null while there is none. */
  shown: { no: number; at: number; leaves: readonly Leaf[]; text: string } | null;
  payloads: readonly { no: number; at: number }[];
  /** What would become of it with the mapping that is saved. */
  plan: Plan | null;
  fields: readonly CustomField[];
  actions: readonly Action[];
  deliveries: readonly Delivery[];
};

const tones: Record<Outcome, Tone> = {
  accepted: "good",
  refused: "bad",
  repeated: "neutral",
  test: "accent",
  unmapped: "warn",
};

/** One address for a form tool: how what it sends is read, what came, and what became of it. */
export function HookPage(props: Props) {
  const { t, frame, hook, base, errors, flash } = props;
  return (
    <Shell {...frame} title={hook.name} tab="settings" flash={flash} scripts={["copy", "confirm"]}>
      <PageHeader
        title={hook.name}
        status={<Status tone={stateTones[hook.state]}>{t(`connections.states.${hook.state}`)}</Status>}
        lead={t(`connections.stateText.${hook.state}`)}
        back={{ href: base, label: t("connections.title") }}
      />
      <ErrorSummary t={t} errors={errors} />
      <Address {...props} />
      <States {...props} />
      {props.shown || hook.mapping.fields.email ? (
        <>
          <MappingForm {...props} />
          <Preview {...props} />
        </>
      ) : (
        <EmptyState title={t("connections.waiting.title")} text={t("connections.waiting.text")} />
      )}
      <Log {...props} />
      <End {...props} />
    </Shell>
  );
}

function Address({ t, url, hook }: Props) {
  if (url === undefined)
    return <p class="soft">{t("connections.address.ending", { ending: hook.ending })}</p>;
  return (
    <Notice kind="good" title={t("connections.address.title")}>
      <p>{t("connections.address.text")}</p>
      <CopyField t={t} name="url" label={t("connections.address.label")} value={url} />
    </Notice>
  );
}

function States({ t, hook, base }: Props) {
  const others = (["on", "test", "paused"] as const).filter((state) => state !== hook.state);
  const mayBeOn = hook.mapping.fields.email !== undefined;
  return (
    <ButtonRow>
      {others
        .filter((state) => state !== "on" || mayBeOn)
        .map((state) => (
          <Form class="inline" action={`${base}/${hook.no}/state`} label={t(`connections.turn.${state}`)}>
            <HiddenField name="state" value={state} />
            <SubmitButton kind={state === "on" ? "primary" : "secondary"}>
              {t(`connections.turn.${state}`)}
            </SubmitButton>
          </Form>
        ))}
    </ButtonRow>
  );
}

/** Each place of the payload by what it holds; a path that is mapped and not in this payload stays to be chosen. */
function optionsOf({ shown }: Props, value: string): Option[] {
  const leaves = shown?.leaves ?? [];
  const options = leaves.map(({ path, sample, about }) => ({
    value: path,
    label: `${about ? `${about} · ` : ""}${path}${sample ? ` — ${sample}` : ""}`,
  }));
  return value === "" || leaves.some(({ path }) => path === value)
    ? options
    : [{ value, label: value }, ...options];
}

function MappingForm(props: Props) {
  const { t, hook, base, mapping, errors, shown } = props;
  return (
    <Section title={t("connections.map.title")} text={t("connections.map.text")}>
      <Payloads {...props} />
      <Form class="form measure" action={`${base}/${hook.no}`} label={t("connections.map.title")}>
        {shown ? <HiddenField name="payload" value={String(shown.no)} /> : null}
        <PersonFields {...props} />
        <ActionFields {...props} />
        <TextField
          name="tags"
          label={t("connections.map.tags")}
          hint={t("connections.map.tagsHint")}
          value={props.tagsText}
          error={errors.tags}
          autocomplete="off"
        />
        {pathField(props, "tagsPath", t("connections.map.tagsPath"), mapping.tagsPath)}
        <ConsentFields {...props} />
        {pathField(props, "id", t("connections.map.id"), mapping.id, t("connections.map.idHint"))}
        <ButtonRow>
          <SubmitButton>{t("connections.map.save")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

/** Which place of the payload fills something. */
function pathField(props: Props, name: string, label: string, value = "", hint?: string) {
  return (
    <SelectField
      {...{ name, label, value }}
      {...(hint ? { hint } : {})}
      error={props.errors[name]}
      options={optionsOf(props, value)}
      blank={props.t("connections.map.none")}
    />
  );
}

function PersonFields(props: Props) {
  const { t, mapping, fields, locale } = props;
  return (
    <>
      {mappedFields.map((name) =>
        pathField(
          props,
          name,
          fieldWords(t, name),
          mapping.fields[name],
          name === "email" ? t("connections.map.emailHint") : undefined,
        ),
      )}
      {fields.map((field) =>
        pathField(
          props,
          customName(field.no),
          fieldLabel(field, locale),
          mapping.custom.find(({ fieldNo }) => fieldNo === field.no)?.path,
        ),
      )}
    </>
  );
}

/** Which action it counts as, and what of that is asked. */
function ActionFields(props: Props) {
  const { t, mapping, errors, actions } = props;
  const action = actions.find(({ id }) => id === mapping.actionId);
  return (
    <>
      <SelectField
        name="action"
        label={t("connections.map.action")}
        hint={t("connections.map.actionHint")}
        value={mapping.actionId}
        error={errors.action}
        blank={t("connections.map.noAction")}
        options={actions.map(({ id, title }) => ({ value: id, label: title }))}
      />
      {(action?.settings.questions ?? []).map(({ key, label }) =>
        pathField(props, questionName(key), label, mapping.questions.find((each) => each.key === key)?.path),
      )}
      {action?.settings.comments.isAsked
        ? pathField(props, "comment", t("connections.map.comment"), mapping.comment)
        : null}
    </>
  );
}

/** Where somebody says yes to mail, in which words, and to what. */
function ConsentFields(props: Props) {
  const { t, errors } = props;
  const { path, yes, wording } = props.mapping.consent;
  return (
    <>
      {pathField(props, "consent", t("connections.map.consent"), path, t("connections.map.consentHint"))}
      <TextField
        name="yes"
        label={t("connections.map.yes")}
        hint={t("connections.map.yesHint")}
        value={yes}
        maxlength={YES_MAX}
        autocomplete="off"
      />
      <TextArea
        name="wording"
        label={t("connections.map.wording")}
        hint={t("connections.map.wordingHint")}
        value={wording}
        error={errors.wording}
        maxlength={WORDING_MAX}
        rows={3}
      />
    </>
  );
}

function fieldWords(t: T, name: string): string {
  if (name === "tags") return t("connections.preview.tags");
  const known = mappedFields.find((field) => field === name);
  if (!known) return name;
  return known === "language" ? t("connections.map.language") : t(`public.fields.${known}`);
}

/** Which of the last deliveries the values are of. */
function Payloads({ t, hook, base, payloads, shown, locale, timeZone, now }: Props) {
  if (!shown || payloads.length === 0) return null;
  return (
    <nav aria-label={t("connections.payloads.label")}>
      <p class="soft">{t("connections.payloads.text")}</p>
      <ul class="cluster">
        {payloads.map(({ no, at }) => (
          <li>
            <a href={`${base}/${hook.no}?payload=${no}`} aria-current={no === shown.no ? "true" : undefined}>
              {no === shown.no ? <strong>{`#${no}`}</strong> : `#${no}`}{" "}
              <When {...{ at, locale, timeZone, now }} />
            </a>
          </li>
        ))}
      </ul>
      <Disclosure summary={t("connections.payloads.raw")}>
        <pre class="scroll" dir="ltr" tabindex={0}>
          {shown.text}
        </pre>
      </Disclosure>
    </nav>
  );
}

/** What would be stored of the delivery that is shown, in words. */
function Preview({ t, plan, fields, locale }: Props) {
  if (!plan) return null;
  const { person, reason, outcome } = plan;
  const custom = person.custom.map(([no, value]) => {
    const field = fields.find((each) => each.no === no);
    return { name: field ? fieldLabel(field, locale) : String(no), value };
  });
  const consent = person.consent === null ? "notAsked" : person.consent ? "yes" : "no";
  const facts = [
    { name: t("public.fields.email"), value: person.email ?? "–" },
    ...Object.entries(person.details).map(([name, value]) => ({ name: fieldWords(t, name), value })),
    ...custom,
    ...(plan.snapshot ? [{ name: t("connections.map.action"), value: plan.snapshot.action.title }] : []),
    ...(person.tags.length > 0
      ? [{ name: t("connections.preview.tags"), value: person.tags.join(", ") }]
      : []),
    { name: t("connections.preview.subscription"), value: t(`connections.preview.${consent}`) },
  ];
  return (
    <Section title={t("connections.preview.title")} text={t("connections.preview.text")}>
      {outcome === "accepted" ? null : (
        <Notice kind="bad">
          <p>{reasonWords(t, reason)}</p>
        </Notice>
      )}
      <Facts facts={facts} />
      {person.leftOut.length > 0 ? <p class="soft">{leftOutWords(t, person.leftOut)}</p> : null}
    </Section>
  );
}

function leftOutWords(t: T, names: readonly string[]): string {
  return t("connections.reasons.leftOut", { fields: names.map((name) => fieldWords(t, name)).join(", ") });
}

function reasonWords(t: T, { code, fields, words }: Reason): string {
  if (code === "none") return fields.length > 0 ? leftOutWords(t, fields) : "";
  return [t(`connections.reasons.${code}`), ...words].join(" ");
}

function Log({ t, deliveries, locale, timeZone, now }: Props) {
  const columns: Column<Delivery>[] = [
    {
      key: "at",
      title: t("connections.log.at"),
      isName: true,
      cell: ({ at }) => <When {...{ at, locale, timeZone, now }} />,
    },
    {
      key: "outcome",
      title: t("connections.log.outcome"),
      cell: ({ outcome }) => <Status tone={tones[outcome]}>{t(`connections.outcomes.${outcome}`)}</Status>,
    },
    { key: "reason", title: t("connections.log.reason"), cell: ({ reason }) => reasonWords(t, reason) },
  ];
  return (
    <Section title={t("connections.log.title")} text={t("connections.log.text")}>
      <DataTable
        caption={t("connections.log.title")}
        isCaptionHidden
        rows={deliveries}
        columns={columns}
        empty={<EmptyState title={t("connections.log.empty")} text={t("connections.waiting.text")} />}
      />
    </Section>
  );
}

function End({ t, hook, base }: Props) {
  return (
    <Section title={t("connections.end.title")} text={t("connections.end.text")}>
      <ButtonRow>
        <Form class="inline" action={`${base}/${hook.no}/renewal`} label={t("connections.end.renew")}>
          <SubmitButton kind="secondary" confirm={t("connections.end.renewConfirm")}>
            {t("connections.end.renew")}
          </SubmitButton>
        </Form>
        <Form class="inline" action={`${base}/${hook.no}/deletion`} label={t("connections.end.delete")}>
          <SubmitButton kind="danger">{t("connections.end.delete")}</SubmitButton>
        </Form>
      </ButtonRow>
    </Section>
  );
}
