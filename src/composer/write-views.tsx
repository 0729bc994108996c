import {
  AMP_BYTES_MAX,
  BODY_BYTES_MAX,
  bodyForms,
  FROM_NAME_MAX,
  type Mailing,
  type MailingColours,
  type MailingVersion,
  PREVIEW_MAX,
  SUBJECT_MAX,
} from "../mailings/types";
import { Disclosure } from "../ui/card";
import { AutosaveState } from "../ui/copy";
import { type FlashMessage, Notice } from "../ui/flash";
import {
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { Shell } from "../ui/layout";
import { Status } from "../ui/status";
import { When } from "../ui/when";
import { ColourChoice } from "./colour-choice";
import { Conflict, readable } from "./conflict-views";
import { MailingHeader, MailPreview, Names } from "./mailing-frame";
import { MergeChoice } from "./merge-choice";
import { hasField, placeQuery, Steps } from "./parts";
import { VersionChoices } from "./version-choices";
import { nameOf, type Page } from "./web";

/** A version as its form holds it; `form` is "same" where a variant's body is the first one's. */
export type VersionForm = Omit<MailingVersion, "form" | "plain" | "amp"> & {
  form: MailingVersion["form"] | "same";
  plain: string;
  amp: string;
};

export type WriteProps = Page & {
  mailing: Mailing;
  /** As they were written: a variant may leave things open. */
  versions: readonly MailingVersion[];
  shown: VersionForm;
  /** The version that the preview shows. */
  shownNo: number;
  /** Of the first variant, in the same language: what an open field means. */
  first: MailingVersion;
  href: string;
  errors: FieldErrors;
  /** What somebody else saved first. */
  conflict?: { by: string; at: number; theirs: MailingVersion };
  /** Who else has it open, in words; "" for nobody. */
  presence: string;
  /** The parts of a locked mail that may be changed; empty for one that is not locked. */
  slots: readonly { name: string; words: string }[];
  mergeFields: readonly { name: string; label: string }[];
  mergeFiles: readonly { no: number; name: string }[];
  /** As they were typed, where they were refused. */
  colours: MailingColours;
  flash?: FlashMessage;
};

/** The first step: the words, in every variant and language. */
export function WritePage(props: WriteProps) {
  const { t, frame, mailing, shown, href, flash } = props;
  const query = placeQuery(shown);
  const preview = `${href}/preview?variant=${props.shownNo}&language=${shown.language}`;
  return (
    <Shell
      {...frame}
      title={nameOf(t, mailing)}
      tab="mailings"
      flash={flash}
      scripts={["editor", "preview", "presence", "resize", "mail-form", "mail-editor"]}
    >
      <MailingHeader {...props} />
      <Steps t={t} href={href} current="write" />
      <p class="soft small" role="status" data-presence={`${href}/presence`}>
        {props.presence}
      </p>
      <VersionChoices {...props} />
      <Lock {...props} />
      <div class="editor split">
        <Form
          action={`${href}${query}`}
          data={{ editor: `${href}${query}` }}
          label={t("composer.steps.write")}
        >
          <ErrorSummary t={t} errors={props.errors} />
          {props.conflict ? <Saved {...props} previewHref={preview} conflict={props.conflict} /> : null}
          <HiddenField name="version" value={String(shown.revision)} />
          {shown.part ? <HiddenField name="part" value={shown.part} /> : null}
          <HeadFields {...props} />
          {hasField(shown.part, "body") ? (
            <>
              <BodyFields {...props} />
              <PlainField {...props} />
              <AmpField {...props} />
            </>
          ) : null}
          <Bar {...props} previewHref={preview} />
        </Form>
        <MailPreview t={t} url={preview} />
      </div>
      <ColourChoice {...props} />
      <MergeChoice {...props} />
      <Names {...props} back="write" />
    </Shell>
  );
}

const compared = ["subject", "fromName", "preview", "body", "plain", "amp"] as const;

/** What somebody else saved while this was typed. */
function Saved({
  t,
  locale,
  now,
  timeZone,
  href,
  shown,
  previewHref,
  conflict: { by, at, theirs },
}: WriteProps & { previewHref: string; conflict: NonNullable<WriteProps["conflict"]> }) {
  const differing = compared.filter(
    (name) =>
      hasField(theirs.part, name === "plain" || name === "amp" ? "body" : name) &&
      (theirs[name] ?? "") !== shown[name],
  );
  return (
    <Conflict
      {...{ t, previewHref }}
      title={t("composer.conflict.title", { name: by })}
      differing={differing.map((name) => ({
        label: t(`composer.field.${name}`),
        words: name === "body" ? readable(theirs.body, theirs.form) : (theirs[name] ?? ""),
      }))}
      take={{ href: href + placeQuery(theirs), label: t("composer.conflict.take", { name: by }) }}
    >
      {t("composer.conflict.text")} {t("composer.conflict.saved")}{" "}
      <When {...{ at, now, locale, timeZone }} form="relative" />.
    </Conflict>
  );
}

const heads = [
  { name: "fromName", max: FROM_NAME_MAX },
  { name: "subject", max: SUBJECT_MAX },
  { name: "preview", max: PREVIEW_MAX },
] as const;

function HeadFields({ t, shown, first, errors }: WriteProps) {
  const isFirst = shown.variantNo === 1;
  const hint = (name: "fromName" | "subject" | "preview") => {
    if (isFirst || first[name] === "") return t(`composer.hint.${name}`);
    if (shown.part) return t("alternates.asFirst", { text: first[name] });
    return t("composer.hint.asFirst", { letter: "A", text: first[name] });
  };
  return (
    <>
      {heads
        .filter(({ name }) => hasField(shown.part, name))
        .map(({ name, max }) => (
          <TextField
            name={name}
            label={t(`composer.field.${name}`)}
            hint={hint(name)}
            optionalLabel={name === "preview" ? t("common.form.optional") : undefined}
            value={shown[name]}
            maxlength={max}
            autocomplete="off"
            error={errors[name]}
          />
        ))}
    </>
  );
}

/** Says that a template locked the mail, with the way out for whoever may take it. */
function Lock({ t, href, slots, mayManage }: WriteProps) {
  if (slots.length === 0) return null;
  return (
    <Notice title={t("composer.locked.title")}>
      <p>{t(mayManage ? "composer.locked.textManager" : "composer.locked.text")}</p>
      {mayManage ? (
        <Form action={`${href}/unlocking`} class="inline" label={t("composer.locked.unlock")}>
          <SubmitButton kind="quiet" confirm={t("composer.locked.unlockAsk")}>
            {t("composer.locked.unlock")}
          </SubmitButton>
        </Form>
      ) : null}
    </Notice>
  );
}

function FormField({ t, shown, slots }: WriteProps) {
  const mayBeSame = shown.variantNo > 1 && !shown.part;
  const forms = [...(mayBeSame ? (["same"] as const) : []), ...bodyForms];
  const isLocked = slots.length > 0;
  if (isLocked && !mayBeSame) return <HiddenField name="form" value="visual" />;
  return (
    <div class="mail-form" data-mail-form>
      <SelectField
        name="form"
        label={t("composer.field.form")}
        value={shown.form}
        options={forms
          .filter((value) => !isLocked || value === "same" || value === "visual")
          .map((value) => ({ value, label: t(`composer.form.${value}`) }))}
      />
      <SubmitButton kind="quiet" name="do" value="form">
        {t("composer.write.changeForm")}
      </SubmitButton>
    </div>
  );
}

/** For whoever writes without script: the visual editor takes them away as it starts. */
function SlotFields({ t, slots }: WriteProps) {
  return (
    <div class="form" data-mail-slot-words>
      {slots.map(({ name, words }, at) => (
        <TextArea
          name={`slot.${at}`}
          label={name}
          hint={t("composer.locked.slotHint")}
          rows={6}
          value={words}
          maxlength={BODY_BYTES_MAX}
        />
      ))}
    </div>
  );
}

function BodyFields(props: WriteProps) {
  const { t, shown, errors, mailing, mergeFields, group, slots } = props;
  return (
    <>
      <HiddenField name="bodyForm" value={shown.form} />
      <FormField {...props} />
      {slots.length > 0 && shown.form !== "same" ? <SlotFields {...props} /> : null}
      {shown.form === "same" ? (
        <HiddenField name="body" value="" />
      ) : (
        <TextArea
          name="body"
          label={t("composer.field.body")}
          hint={t(`composer.hint.${shown.form}`)}
          rows={shown.form === "visual" ? 14 : 20}
          value={shown.body}
          maxlength={BODY_BYTES_MAX}
          error={errors.body}
          data={
            shown.form === "visual"
              ? {
                  "mail-editor": `/groups/${group.slug}/mailings/editor.json?mailing=${mailing.id}`,
                  ...(slots.length > 0 ? { "mail-locked": "" } : {}),
                }
              : { "mail-source": shown.form }
          }
        />
      )}
      {mergeFields.length > 0 ? (
        <Disclosure summary={t("composer.write.mergeFields")}>
          <p class="soft small">{t("composer.write.mergeFieldsText", { open: "{{", close: "}}" })}</p>
          <ul class="mail-merge">
            {mergeFields.map(({ name, label }) => (
              <li>
                <code>{name}</code> <span class="soft">{label}</span>
              </li>
            ))}
          </ul>
        </Disclosure>
      ) : null}
    </>
  );
}

function PlainField({ t, shown, slots }: WriteProps) {
  if (shown.form === "same" || slots.length > 0) return <HiddenField name="plain" value="" />;
  return (
    <Disclosure summary={t("composer.field.plain")} isOpen={shown.plain !== ""}>
      <TextArea
        name="plain"
        label={t("composer.field.plain")}
        isLabelHidden
        hint={t("composer.hint.plain")}
        rows={8}
        value={shown.plain}
        maxlength={BODY_BYTES_MAX}
      />
    </Disclosure>
  );
}

function AmpField({ t, shown, slots, errors }: WriteProps) {
  if (shown.form === "same" || slots.length > 0) return <HiddenField name="amp" value="" />;
  return (
    <Disclosure summary={t("composer.field.amp")} isOpen={shown.amp !== "" || errors.amp !== undefined}>
      <TextArea
        name="amp"
        label={t("composer.field.amp")}
        isLabelHidden
        hint={t("composer.hint.amp")}
        rows={10}
        value={shown.amp}
        maxlength={AMP_BYTES_MAX}
        spellcheck={false}
        data={{ "mail-source": "amp" }}
        error={errors.amp}
      />
    </Disclosure>
  );
}

function Bar({ t, mailing, now, locale, timeZone, previewHref }: WriteProps & { previewHref: string }) {
  return (
    <div class="editor-bar button-row-sticky">
      <p class="editor-state">
        <Status>{t("composer.status.draft")}</Status>{" "}
        <span class="soft small" data-saved-at>
          {t("composer.write.savedAt")} <When at={mailing.updatedAt} {...{ now, locale, timeZone }} />
        </span>
      </p>
      <AutosaveState t={t} />
      <div class="button-row">
        <a class="button button-quiet" href={previewHref} target="_blank" rel="noopener">
          {t("composer.write.preview")}
        </a>
        <SubmitButton kind="secondary" name="do" value="save">
          {t("composer.write.save")}
        </SubmitButton>
        <SubmitButton name="do" value="next">
          {t("composer.write.next")}
        </SubmitButton>
      </div>
    </div>
  );
}
