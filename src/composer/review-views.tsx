import type { Child } from "hono/jsx";
import type { Estimate } from "../delivery/types";
import { type Problem, problemWords } from "../mailings/content";
import { type LeftOutReason, leftOutReasons, type Mailing, type MailingVersion } from "../mailings/types";
import { Disclosure } from "../ui/card";
import { type FlashMessage, Notice } from "../ui/flash";
import {
  ButtonLink,
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  RadioGroup,
  SelectField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatList, formatNumber, formatPercent } from "../ui/format";
import { type Locale, localeNames, type T } from "../ui/i18n";
import { Section, Shell } from "../ui/layout";
import { letterOf, Steps } from "./parts";
import type { ReviewValues } from "./review-form";
import type { Language, Page } from "./web";
import { MailingHeader, MailPreview, Names } from "./write-views";

/** Somebody the mail is shown as. */
export type ShownAs = { personNo: number; name: string; language: Language };

export type ReviewProps = Page & {
  mailing: Mailing;
  href: string;
  versions: readonly MailingVersion[];
  /** In words; null while nobody is chosen. */
  audience: string | null;
  estimate: Estimate | null;
  problems: readonly Problem[];
  /** How many lack what a mail says of people, by merge field. */
  blanks: readonly { field: string; count: number }[];
  isBlanksWhole: boolean;
  values: ReviewValues;
  errors: FieldErrors;
  topics: readonly { no: number; name: string }[];
  wrappers: readonly { no: number; name: string }[];
  /** Empty for whoever may not see people: the mail is shown with stand-ins. */
  shownAs: readonly ShownAs[];
  as: ShownAs | null;
  variantNo: number;
  sender: { fromName: string; fromEmail: string };
  /** What is to be typed back; null for a send nobody needs to be asked about. */
  typeBack: number | null;
  /** Whether pressing the button sends, or asks somebody else to agree. */
  isAsking: boolean;
  mayWrite: boolean;
  presence: string;
  flash?: FlashMessage;
  /** Why it was not sent. */
  refusal?: string;
};

/** The third step: whom it mails, what is wrong with it, how it looks, a test, and the button. */
export function ReviewPage(props: ReviewProps) {
  const { t, frame, href, flash, errors, refusal } = props;
  return (
    <Shell
      {...frame}
      title={t("composer.steps.review")}
      tab="mailings"
      flash={flash}
      scripts={["presence", "preview", "audiences"]}
    >
      <MailingHeader {...props} />
      <Steps t={t} href={href} current="review" />
      <p class="soft small" role="status" data-presence={`${href}/presence`}>
        {props.presence}
      </p>
      {refusal ? (
        <Notice kind="bad" title={t("composer.review.notSent")}>
          <p>{refusal}</p>
        </Notice>
      ) : null}
      <ErrorSummary t={t} errors={errors} />
      <div class="editor split">
        <div class="form">
          <Audience {...props} />
          <Checks {...props} />
          <Tests {...props} />
        </div>
        <ShownMail {...props} />
      </div>
      {props.mayWrite ? <SendForm {...props} /> : null}
      <Names {...props} back="review" />
    </Shell>
  );
}

function Audience(props: ReviewProps) {
  const { t, href, audience, estimate } = props;
  return (
    <Section title={t("composer.review.audience")} id="audience">
      {audience === null ? (
        <p>
          {t("composer.review.noAudience")} <a href={`${href}/target`}>{t("composer.review.choose")}</a>
        </p>
      ) : (
        <>
          {estimate ? (
            <div data-audience-shown={`${href}/estimate`}>
              <EstimateWords {...props} estimate={estimate} languages={languagesOf(props.versions)} />
            </div>
          ) : null}
          <p class="soft" dir="auto">
            {audience}. <a href={`${href}/target`}>{t("composer.review.change")}</a>
          </p>
        </>
      )}
    </Section>
  );
}

/**
 * "This mails 12,408 people in 3 languages. 311 are left out: 205 unsubscribed, 106 had two mails this week." A count that takes
 * longer is taken further by `public/js/audiences.js`.
 */
export function EstimateWords({
  t,
  locale,
  estimate,
  languages,
}: Pick<ReviewProps, "t" | "locale"> & { estimate: Estimate; languages: number }) {
  const { recipients, share, isWhole } = estimate;
  const mails = t("composer.review.mails", { count: recipients, number: formatNumber(recipients, locale) });
  return (
    <div aria-live="polite" data-audience-panel data-whole={isWhole ? "yes" : "no"}>
      <p class="lead">
        {languages > 1
          ? t("composer.review.inLanguages", { mails, count: languages })
          : t("composer.review.inOneLanguage", { mails })}{" "}
        {leftOutWords(t, locale, estimate.leftOut)}
      </p>
      {isWhole ? null : (
        <p class="soft small">
          <progress class="progress" value={share} max={1} aria-label={t("audiences.count.progress")} />{" "}
          {t("composer.review.counting", { share: formatPercent(share, locale) })}
        </p>
      )}
    </div>
  );
}

export function languagesOf(versions: readonly MailingVersion[]): number {
  return new Set(versions.map(({ language }) => language)).size;
}

/** Who is left out, by why. */
export function leftOutWords(t: T, locale: Locale, leftOut: Partial<Record<LeftOutReason, number>>): string {
  const parts = Object.keys(leftOutReasons).flatMap((name) => {
    const reason = reasonNamed(name);
    const count = reason ? (leftOut[reason] ?? 0) : 0;
    return reason && count > 0
      ? [t(`composer.leftOut.${reason}`, { count, number: formatNumber(count, locale) })]
      : [];
  });
  const total = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  if (total === 0) return t("composer.review.nobodyLeftOut");
  return t("composer.review.leftOut", {
    count: total,
    number: formatNumber(total, locale),
    reasons: formatList(parts, locale),
  });
}

const reasons = [
  "gone",
  "no_address",
  "not_subscribed",
  "bounced",
  "complained",
  "suppressed",
  "pausing",
  "topic",
  "too_many",
  "excluded",
  "over_limit",
] as const satisfies readonly LeftOutReason[];

function reasonNamed(name: string): LeftOutReason | undefined {
  return reasons.find((each) => each === name);
}

function Checks({ t, locale, problems, blanks, isBlanksWhole, href, versions }: ReviewProps) {
  const isOne = new Set(versions.map(({ variantNo, language }) => `${variantNo}-${language}`)).size === 1;
  const missing = blanks.filter(({ count }) => count > 0);
  return (
    <Section title={t("composer.review.checks")} id="checks">
      {problems.length === 0 && missing.length === 0 ? (
        <Notice kind="good">
          <p>{t("composer.review.allGood")}</p>
        </Notice>
      ) : null}
      <ul class="mail-problems">
        {problems.map((problem) => {
          const { where, what, todo } = problemWords(t, problem);
          const { variantNo, language, isError } = problem;
          return (
            <li class={isError ? "mail-problem mail-problem-bad" : "mail-problem"}>
              <p>
                <strong>{t(isError ? "composer.review.mustChange" : "composer.review.lookAt")}</strong>{" "}
                <a href={`${href}?variant=${variantNo}&language=${language}`}>
                  {isOne ? where : `${letterOf(variantNo)}, ${localeNames[language]}: ${where}`}
                </a>
              </p>
              <p dir="auto">
                {what} {todo}
              </p>
            </li>
          );
        })}
        {missing.map(({ field, count }) => (
          <li class="mail-problem">
            <p>
              {t("composer.review.blank", { count, number: formatNumber(count, locale), field })}
              {isBlanksWhole ? "" : ` ${t("composer.review.blankSoFar")}`}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function ShownMail(props: ReviewProps) {
  const { t, href, shownAs, as, variantNo, versions, sender } = props;
  const numbers = [...new Set(versions.map((version) => version.variantNo))];
  const link = (variant: number, personNo: number | null) =>
    `${href}/review?variant=${variant}${personNo === null ? "" : `&as=${personNo}`}#mail`;
  const language = as?.language ?? props.group.locale;
  const query = `variant=${variantNo}&language=${language}${as ? `&as=${as.personNo}` : ""}`;
  return (
    <div class="mail-shown" id="mail">
      <p class="small">
        <span class="soft">{t("composer.review.from")}</span>{" "}
        <span dir="auto">
          {sender.fromName} &lt;{sender.fromEmail}&gt;
        </span>
      </p>
      {numbers.length > 1 ? (
        <nav class="cluster" aria-label={t("composer.write.variants")}>
          {numbers.map((no) => (
            <a
              class="chip"
              href={link(no, as?.personNo ?? null)}
              aria-current={no === variantNo ? "true" : undefined}
            >
              {t("composer.write.variant", { letter: letterOf(no) })}
            </a>
          ))}
        </nav>
      ) : null}
      {shownAs.length > 0 ? (
        <nav class="cluster" aria-label={t("composer.review.as")}>
          <span class="soft small">{t("composer.review.as")}</span>
          {shownAs.map((each) => (
            <a
              class="chip"
              href={link(variantNo, each.personNo)}
              aria-current={each.personNo === as?.personNo ? "true" : undefined}
              dir="auto"
            >
              {each.name}
            </a>
          ))}
          <a href={`${href}/review?variant=${variantNo}&others=yes#mail`}>{t("composer.review.others")}</a>
        </nav>
      ) : (
        <p class="soft small">{t("composer.review.standIn")}</p>
      )}
      <a class="mail-open" href={`${href}/preview?${query}`} target="_blank" rel="noopener">
        {t("composer.write.preview")}
      </a>
      <MailPreview t={t} url={`${href}/preview?${query}`} />
    </div>
  );
}

function Tests(props: ReviewProps) {
  const { t, href, frame, as, versions, errors, mayEdit } = props;
  if (!mayEdit) return null;
  const numbers = [...new Set(versions.map(({ variantNo }) => variantNo))];
  return (
    <Section title={t("composer.test.title")} id="test" text={t("composer.test.text")}>
      <Form action={`${href}/tests`} class="form" label={t("composer.test.title")}>
        <TextField
          name="to"
          label={t("composer.test.to")}
          hint={t("composer.test.toHint")}
          value={frame.account.email}
          autocomplete="email"
          error={errors.to}
        />
        {as ? (
          <CheckboxField
            name="as"
            value={String(as.personNo)}
            label={t("composer.test.as", { name: as.name })}
            checked
          />
        ) : null}
        {numbers.length > 1 || versions.length > 1 ? (
          <p class="soft small">{t("composer.test.all", { count: versions.length })}</p>
        ) : null}
        <ButtonRow>
          <SubmitButton kind="secondary">{t("composer.test.send")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

function SendForm(props: ReviewProps) {
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
    </Form>
  );
}

function TestPlan(props: ReviewProps) {
  const { t, versions, values, errors } = props;
  if (new Set(versions.map(({ variantNo }) => variantNo)).size < 2) return null;
  const number = { inputmode: "decimal", width: "short", autocomplete: "off" } as const;
  return (
    <Section title={t("composer.plan.title")} id="plan" text={t("composer.plan.text")}>
      <RadioGroup
        name="test"
        legend={t("composer.plan.who")}
        value={values.test}
        options={[
          { value: "yes", label: t("composer.plan.part"), hint: t("composer.plan.partHint") },
          { value: "", label: t("composer.plan.all"), hint: t("composer.plan.allHint") },
        ]}
      />
      <div class="mail-tested">
        <div class="mail-plan">
          <TextField
            {...number}
            name="share"
            label={t("composer.plan.share")}
            suffix="%"
            value={values.share}
            error={errors.share}
          />
          <SelectField
            name="measure"
            label={t("composer.plan.measure")}
            value={values.measure}
            options={(["opens", "clicks", "actions", "donations"] as const).map((value) => ({
              value,
              label: t(`composer.plan.measures.${value}`),
            }))}
            error={errors.measure}
          />
          <TextField
            {...number}
            name="hours"
            label={t("composer.plan.hours")}
            value={values.hours}
            error={errors.hours}
          />
        </div>
        <RadioGroup
          name="isAutomatic"
          legend={t("composer.plan.winner")}
          value={values.isAutomatic}
          options={[
            { value: "yes", label: t("composer.plan.automatic") },
            { value: "no", label: t("composer.plan.byHand") },
          ]}
        />
        <TextField
          {...number}
          name="unsubscribes"
          label={t("composer.plan.unsubscribes")}
          hint={t("composer.plan.unsubscribesHint")}
          optionalLabel={t("common.form.optional")}
          suffix="%"
          value={values.unsubscribes}
          error={errors.unsubscribes}
        />
      </div>
    </Section>
  );
}

function Options(props: ReviewProps) {
  const { t, values, errors, topics, wrappers, group } = props;
  const named = (list: readonly { no: number; name: string }[]) =>
    list.map(({ no, name }) => ({ value: String(no), label: name }));
  return (
    <Section title={t("composer.settings.title")} id="settings">
      {topics.length > 0 ? (
        <SelectField
          name="topicNo"
          label={t("composer.settings.topic")}
          hint={t("composer.settings.topicHint")}
          value={values.topicNo}
          blank={t("composer.settings.noTopic")}
          options={named(topics)}
        />
      ) : null}
      <SelectField
        name="wrapperNo"
        label={t("composer.settings.wrapper")}
        value={values.wrapperNo}
        blank={t("composer.settings.noWrapper")}
        options={named(wrappers)}
      />
      <Disclosure
        summary={t("composer.settings.more")}
        isOpen={hasError(errors, ["replyTo", "linkQuery", "hourlyMax"])}
      >
        <div class="form">
          <TextField
            name="replyTo"
            type="email"
            label={t("composer.settings.replyTo")}
            hint={
              group.settings.replyTo
                ? t("composer.settings.replyToHint", { address: group.settings.replyTo })
                : t("composer.settings.replyToNone")
            }
            optionalLabel={t("common.form.optional")}
            value={values.replyTo}
            autocomplete="off"
            error={errors.replyTo}
          />
          <CheckboxField
            name="tracksOpens"
            label={t("composer.settings.tracksOpens")}
            hint={t("composer.settings.tracksOpensHint")}
            checked={values.tracksOpens === "yes"}
          />
          <CheckboxField
            name="tracksClicks"
            label={t("composer.settings.tracksClicks")}
            hint={t("composer.settings.tracksClicksHint")}
            checked={values.tracksClicks === "yes"}
          />
          <TextField
            name="linkQuery"
            label={t("composer.settings.linkQuery")}
            hint={t("composer.settings.linkQueryHint")}
            optionalLabel={t("common.form.optional")}
            value={values.linkQuery}
            autocomplete="off"
            spellcheck={false}
            error={errors.linkQuery}
          />
          <TextField
            name="hourlyMax"
            label={t("composer.settings.hourlyMax")}
            hint={t("composer.settings.hourlyMaxHint")}
            optionalLabel={t("common.form.optional")}
            value={values.hourlyMax}
            inputmode="numeric"
            width="short"
            autocomplete="off"
            error={errors.hourlyMax}
          />
          <CheckboxField
            name="ignoresFatigue"
            label={t("composer.settings.ignoresFatigue")}
            hint={t("composer.settings.ignoresFatigueHint")}
            checked={values.ignoresFatigue === "yes"}
          />
          <CheckboxField
            name="isArchived"
            label={t("composer.settings.isArchived")}
            hint={t("composer.settings.isArchivedHint")}
            checked={values.isArchived === "yes"}
          />
        </div>
      </Disclosure>
    </Section>
  );
}

function hasError(errors: FieldErrors, names: readonly string[]): boolean {
  return names.some((name) => errors[name] !== undefined);
}

function Schedule({ t, group, values, errors }: ReviewProps) {
  return (
    <Section title={t("composer.schedule.title")} id="schedule">
      <RadioGroup
        name="when"
        legend={t("composer.schedule.when")}
        isLabelHidden
        value={values.when}
        options={[
          {
            value: "now",
            label: t("composer.schedule.now"),
            hint:
              group.settings.mail.undoMinutes === 0
                ? t("composer.schedule.atOnce")
                : t("composer.schedule.nowHint", { count: group.settings.mail.undoMinutes }),
          },
          { value: "at", label: t("composer.schedule.at") },
        ]}
        error={errors.when}
      />
      <div class="mail-at">
        <TextField
          name="startAt"
          type="datetime-local"
          label={t("composer.schedule.startAt")}
          hint={t("composer.schedule.zone", { zone: group.timeZone.replaceAll("_", " ") })}
          value={values.startAt}
          width="medium"
          error={errors.startAt}
        />
      </div>
      <CheckboxField
        name="isLocal"
        label={t("composer.schedule.isLocal")}
        hint={t("composer.schedule.isLocalHint")}
        checked={values.isLocal === "yes"}
      />
      <div class="mail-local">
        <TextField
          name="localTime"
          type="time"
          label={t("composer.schedule.localTime")}
          value={values.localTime}
          width="short"
          error={errors.localTime}
        />
      </div>
    </Section>
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
