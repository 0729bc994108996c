import type { Child } from "hono/jsx";
import { AudienceFields, CountPanel, type CountPanelProps } from "../audiences/audience-fields";
import type { Draft } from "../audiences/building";
import type { SavedAudience } from "../audiences/types";
import type { Mailing } from "../mailings/types";
import { type FlashMessage, Notice } from "../ui/flash";
import {
  ButtonRow,
  CheckboxGroup,
  ErrorSummary,
  type FieldErrors,
  Form,
  SelectField,
  SubmitButton,
} from "../ui/form";
import { Shell } from "../ui/layout";
import { MailingHeader } from "./mailing-frame";
import { type MirrorProps, MirrorSection } from "./mirror-views";
import { Steps } from "./parts";
import type { Page } from "./web";

type TargetProps = Page & {
  mailing: Mailing;
  href: string;
  count: CountPanelProps;
  errors: FieldErrors;
  presence: string;
  mirror: MirrorProps;
  flash?: FlashMessage;
};

export type BuilderProps = TargetProps & {
  setting: Parameters<typeof AudienceFields>[0]["setting"];
  draft: Draft;
  saved: readonly SavedAudience[];
  /** What the mailing is a copy of, when its recipients may be left out. */
  copied: string | null;
};

/** The second step: who gets it. */
export function TargetPage(props: BuilderProps) {
  const { t, href, saved, setting, draft, copied, errors } = props;
  return (
    <Frame {...props}>
      <Form
        action={`${href}/target`}
        class="form audience-editor"
        data={{ audience: `${href}/target/count` }}
        label={t("composer.steps.target")}
      >
        <div class="audience-build">
          <ErrorSummary t={t} errors={errors} />
          {/* The first button of a form is what Enter presses. */}
          <button class="visually-hidden" type="submit" name="do" value="count" tabindex={-1}>
            {t("audiences.button.count")}
          </button>
          <Always {...props} />
          {saved.length > 0 ? (
            <div class="audience-add">
              <SelectField
                name="savedAudience"
                label={t("composer.target.saved")}
                blank={t("common.form.choose")}
                value=""
                options={saved.map(({ no, name }) => ({ value: String(no), label: name }))}
              />
              <SubmitButton kind="secondary" name="do" value="saved">
                {t("composer.target.use")}
              </SubmitButton>
              <SubmitButton kind="quiet" name="do" value="without">
                {t("composer.target.without")}
              </SubmitButton>
            </div>
          ) : null}
          <AudienceFields setting={setting} draft={draft}>
            {copied === null ? null : (
              <SubmitButton kind="secondary" name="do" value="copied">
                {t("composer.target.withoutCopied", { name: copied })}
              </SubmitButton>
            )}
          </AudienceFields>
          <MirrorSection t={t} mirror={props.mirror} error={errors.mirrorsNo} />
        </div>
        <CountAndSave {...props} />
      </Form>
    </Frame>
  );
}

function Frame(props: TargetProps & { children: Child }) {
  const { t, frame, href, flash, children } = props;
  return (
    <Shell
      {...frame}
      title={t("composer.steps.target")}
      tab="mailings"
      flash={flash}
      scripts={["audiences", "presence"]}
    >
      <MailingHeader {...props} />
      <Steps t={t} href={href} current="target" />
      <p class="soft small" role="status" data-presence={`${href}/presence`}>
        {props.presence}
      </p>
      {children}
    </Shell>
  );
}

/** What holds for every mailing, so that nobody builds it by hand. */
function Always({ t }: TargetProps) {
  return (
    <Notice>
      <p>{t("composer.target.always")}</p>
    </Notice>
  );
}

function CountAndSave({ t, count }: TargetProps) {
  return (
    <div class="audience-count">
      <CountPanel {...count} />
      <ButtonRow>
        <SubmitButton>{t("composer.target.next")}</SubmitButton>
        <SubmitButton kind="secondary" name="do" value="save">
          {t("composer.target.save")}
        </SubmitButton>
        <SubmitButton kind="quiet" name="do" value="count">
          {t("audiences.button.count")}
        </SubmitButton>
      </ButtonRow>
    </div>
  );
}

export type ChooserProps = TargetProps & {
  saved: readonly SavedAudience[];
  /** The numbers of those chosen. */
  chosen: { include: readonly string[]; exclude: readonly string[] };
  /** What somebody with more rights built: it is kept unless it is chosen anew. */
  isBuilt: boolean;
};

/** The same for whoever may not see people: only audiences that others made and shared. */
export function ChooserPage(props: ChooserProps) {
  const { t, href, saved, chosen, isBuilt } = props;
  const options = saved.map(({ no, name, description }) => ({
    value: String(no),
    label: name,
    ...(description ? { hint: description } : {}),
  }));
  return (
    <Frame {...props}>
      <Form action={`${href}/target`} class="form audience-editor" label={t("composer.steps.target")}>
        <div class="audience-build">
          <ErrorSummary t={t} errors={props.errors} />
          <Always {...props} />
          {isBuilt ? (
            <Notice kind="warn">
              <p>{t("composer.target.built")}</p>
            </Notice>
          ) : null}
          {options.length === 0 ? (
            <p>{t("composer.target.noSaved")}</p>
          ) : (
            <>
              <CheckboxGroup
                name="include"
                legend={t("composer.target.include")}
                hint={t("composer.target.includeHint")}
                options={options}
                values={chosen.include}
              />
              <CheckboxGroup
                name="exclude"
                legend={t("composer.target.exclude")}
                options={options}
                values={chosen.exclude}
              />
            </>
          )}
          <MirrorSection t={t} mirror={props.mirror} error={props.errors.mirrorsNo} />
        </div>
        <CountAndSave {...props} />
      </Form>
    </Frame>
  );
}
