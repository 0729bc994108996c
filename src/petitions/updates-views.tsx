import { raw } from "hono/html";
import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { Attribution } from "../officials/attribution";
import { type FormValues, single } from "../platform/forms";
import { Notice } from "../ui/flash";
import {
  ButtonLink,
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  Form,
  RadioGroup,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import { Section } from "../ui/layout";
import { EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { Part } from "./delivery-parts";
import { SAID_BY_MAX, UPDATE_BODY_MAX, UPDATE_TITLE_MAX, type Update, updateSorts } from "./update-types";

export type UpdatesProps = ActionFrame & {
  updates: readonly Update[];
  values: FormValues;
  errors: Record<string, string>;
  mayExport: boolean;
  /** They may begin mailings. */
  mayMail: boolean;
};

/** Where organisers say what came of it, and take the signatures to whom they are for. */
export function UpdatesPage(props: UpdatesProps) {
  const { t, group, action, updates, mayExport, mayMail, mayPublish } = props;
  const href = `/groups/${group.slug}/actions/${action.id}`;
  return (
    <ActionShell {...props} tab="updates" page={t("petitions.updates.tab")}>
      {mayExport ? (
        <Section title={t("petitions.delivery.title")} text={t("petitions.delivery.text")}>
          <ButtonLink kind="secondary" href={`${href}/delivery`}>
            {t("petitions.delivery.prepare")}
          </ButtonLink>
        </Section>
      ) : null}
      <Section title={t("petitions.updates.new")} text={t("petitions.updates.newText")}>
        {mayPublish ? <UpdateForm {...props} /> : <p>{t("actions.publication.mayNot")}</p>}
      </Section>
      <Section
        title={t("petitions.updates.posted")}
        text={mayMail ? t("petitions.updates.mailText") : undefined}
      >
        {updates.length === 0 ? (
          <EmptyState title={t("petitions.updates.none")} text={t("petitions.updates.noneText")} />
        ) : (
          updates.map((update) => <Posted {...props} update={update} href={`${href}/updates`} />)
        )}
      </Section>
    </ActionShell>
  );
}

function UpdateForm({ t, group, action, values, errors }: UpdatesProps) {
  const optional = t("common.form.optional");
  return (
    <Form class="form measure" action={`/groups/${group.slug}/actions/${action.id}/updates`}>
      <ErrorSummary t={t} errors={errors} />
      <RadioGroup
        name="sort"
        legend={t("petitions.updates.sort")}
        value={single(values, "sort") || "news"}
        error={errors.sort}
        options={updateSorts.map((sort) => ({
          value: sort,
          label: t(`petitions.updates.sorts.${sort}`),
          hint: t(`petitions.updates.hints.${sort}`),
        }))}
      />
      <TextField
        name="title"
        label={t("petitions.updates.title")}
        value={single(values, "title")}
        maxlength={UPDATE_TITLE_MAX}
        error={errors.title}
      />
      <TextField
        name="saidBy"
        label={t("petitions.updates.saidBy")}
        hint={t("petitions.updates.saidByHint")}
        optionalLabel={optional}
        value={single(values, "saidBy")}
        maxlength={SAID_BY_MAX}
        error={errors.saidBy}
      />
      <TextField
        name="happenedOn"
        type="date"
        label={t("petitions.updates.happenedOn")}
        optionalLabel={optional}
        value={single(values, "happenedOn")}
        error={errors.happenedOn}
      />
      <TextArea
        name="body"
        label={t("petitions.updates.body")}
        hint={t("petitions.updates.bodyHint")}
        optionalLabel={optional}
        value={single(values, "body")}
        rows={6}
        maxlength={UPDATE_BODY_MAX}
        error={errors.body}
      />
      <SubmitButton>{t("petitions.updates.post")}</SubmitButton>
    </Form>
  );
}

function Posted(props: UpdatesProps & { update: Update; href: string }) {
  const { t, locale, now, timeZone, mayPublish, update, href } = props;
  const isShown = update.removedAt === null;
  return (
    <article class="section" id={`update-${update.no}`}>
      <h3 dir="auto">{update.title}</h3>
      <p class="soft small">
        {t(`petitions.updates.sorts.${update.sort}`)}
        {" · "}
        <When at={update.postedAt} now={now} locale={locale} timeZone={timeZone} />
        {isShown ? null : ` · ${t("petitions.updates.isRemoved")}`}
      </p>
      <div class="prose" dir="auto">
        {raw(update.bodyHtml)}
      </div>
      <ButtonRow>
        <Mailed {...props} />
        {mayPublish ? (
          <Form class="inline" action={`${href}/${update.no}/${isShown ? "removal" : "removal/undo"}`}>
            <SubmitButton kind="quiet">
              {t(isShown ? "petitions.updates.remove" : "petitions.updates.restore")}
            </SubmitButton>
          </Form>
        ) : null}
      </ButtonRow>
    </article>
  );
}

/** How far the mail is that brings an update to those who signed, or the button that begins it. */
function Mailed({
  t,
  group,
  action,
  mayMail,
  update,
  href,
  locale,
  now,
  timeZone,
}: UpdatesProps & { update: Update; href: string }) {
  const { mailing } = update;
  if (mailing) {
    const words = t(`composer.status.${mailing.status}`);
    return (
      <p class="small">
        {t("petitions.updates.mailed")}{" "}
        {mayMail ? <a href={`/groups/${group.slug}/mailings/${mailing.id}`}>{words}</a> : words}
        {mailing.status === "sent" && mailing.finishedAt !== null ? (
          <>
            {", "}
            <When at={mailing.finishedAt} now={now} locale={locale} timeZone={timeZone} />
          </>
        ) : null}
      </p>
    );
  }
  if (!mayMail || action.status === "draft" || update.removedAt !== null) return null;
  return (
    <Form class="inline" action={`${href}/${update.no}/mailing`}>
      <SubmitButton kind="secondary">
        {t("petitions.updates.mail")}
        <span class="visually-hidden" dir="auto">
          : {update.title}
        </span>
      </SubmitButton>
    </Form>
  );
}

export type DeliveryProps = ActionFrame & {
  total: number;
  values: FormValues;
  errors: Record<string, string>;
  /** The files a PDF of so many signatures consists of, once it was asked for. */
  parts?: readonly Part[];
};

/** What goes to whom the petition is for: which signatures, with what, as paper or as a table. */
export function DeliveryPage(props: DeliveryProps) {
  const { t, locale, group, action, total, values, errors, parts = [] } = props;
  const isTicked = (name: string) => Object.keys(values).length === 0 || single(values, name) === "yes";
  return (
    <ActionShell {...props} tab="updates" page={t("petitions.delivery.title")}>
      {parts.length > 1 ? <Parts {...props} parts={parts} /> : null}
      <Section title={t("petitions.delivery.title")}>
        <p>{t("petitions.delivery.total", { count: total, n: formatNumber(total, locale) })}</p>
        <Form class="form measure" action={`/groups/${group.slug}/actions/${action.id}/delivery`}>
          <ErrorSummary t={t} errors={errors} />
          <TextField
            name="place"
            label={t("petitions.delivery.place")}
            hint={t("petitions.delivery.placeHint")}
            optionalLabel={t("common.form.optional")}
            value={single(values, "place")}
            maxlength={100}
            error={errors.place}
          />
          <div>
            <CheckboxField
              name="withPostalCode"
              label={t("petitions.delivery.withPostalCode")}
              checked={isTicked("withPostalCode")}
            />
            <CheckboxField
              name="withComments"
              label={t("petitions.delivery.withComments")}
              checked={isTicked("withComments")}
            />
            <CheckboxField
              name="withDistrict"
              label={t("petitions.delivery.withDistrict")}
              hint={t("petitions.delivery.withDistrictHint")}
              checked={single(values, "withDistrict") === "yes"}
            />
          </div>
          <Notice>
            <p>{t("petitions.delivery.private")}</p>
          </Notice>
          <div class="button-row">
            <SubmitButton name="as" value="pdf">
              {t("petitions.delivery.pdf")}
            </SubmitButton>
            <SubmitButton kind="secondary" name="as" value="print">
              {t("petitions.delivery.print")}
            </SubmitButton>
            <SubmitButton kind="secondary" name="as" value="csv">
              {t("petitions.delivery.csv")}
            </SubmitButton>
          </div>
        </Form>
        <Attribution t={t} countries={["us", "ca"]} />
      </Section>
    </ActionShell>
  );
}

/** A press for each file, since one of everybody would be more than a mail carries and a server sets at once. */
function Parts({ t, locale, group, action, values, parts }: DeliveryProps & { parts: readonly Part[] }) {
  const n = (value: number) => formatNumber(value, locale);
  const missing = (parts[0]?.total ?? 0) - parts.reduce((sum, { count }) => sum + count, 0);
  return (
    <Section title={t("petitions.delivery.parts")} text={t("petitions.delivery.partsText")}>
      <Form class="measure" action={`/groups/${group.slug}/actions/${action.id}/delivery`}>
        {["place", "withPostalCode", "withComments"].map((name) => (
          <input type="hidden" name={name} value={single(values, name)} />
        ))}
        <input type="hidden" name="as" value="pdf" />
        <div class="stack stack-tight">
          {parts.map((part) => (
            <SubmitButton kind="secondary" name="part" value={JSON.stringify(part)}>
              {t("petitions.delivery.part", {
                ...{ nth: n(part.nth), parts: n(part.parts) },
                ...{ first: n(part.first), last: n(part.first + part.count - 1) },
              })}
            </SubmitButton>
          ))}
        </div>
        {missing > 0 ? <p>{t("petitions.delivery.tooMany", { n: n(missing), count: missing })}</p> : null}
      </Form>
    </Section>
  );
}
