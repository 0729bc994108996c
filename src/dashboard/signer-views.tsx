import { type ActionFrame, ActionShell } from "../actions/action-shell";
import type { Signer } from "../intake/signers";
import { countryIn } from "../platform/countries";
import { Disclosure } from "../ui/card";
import { ButtonLink, ButtonRow, Form, HiddenField, SelectField, SubmitButton, TextField } from "../ui/form";
import { Icon } from "../ui/icon";
import { type Column, DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { type FilterWords, filterQuery } from "./filter";

/** Characters of a comment that are shown in the list; four or five lines of its column. */
const COMMENT_SHOWN = 160;

export type SignersProps = ActionFrame & {
  words: FilterWords;
  isNarrow: boolean;
  signers: readonly Signer[];
  isFirstPage: boolean;
  next: string | null;
  mayExport: boolean;
  mayRemove: boolean;
};

/** Who took the action: searched, exported, and where need be taken out of the count. */
export function SignersPage(props: SignersProps) {
  const { t, group, action, words, next, isFirstPage } = props;
  const href = `/groups/${group.slug}/actions/${action.id}/signers`;
  return (
    <ActionShell {...props} tab="signers" page={t(props.kind.words.participants)}>
      <Search {...props} href={href} />
      <Tools {...props} href={href} />
      <List {...props} href={href} />
      <Pager
        t={t}
        before={next ? href + filterQuery(words, { before: next }) : undefined}
        after={isFirstPage ? undefined : href + filterQuery(words)}
      />
    </ActionShell>
  );
}

type WithHref = SignersProps & { href: string };

function Search({ t, words, href }: WithHref) {
  const hasDetail =
    [words.source, words.from, words.to, words.comment].some((word) => word !== "") ||
    words.state === "removed";
  return (
    <Form class="form search" method="get" action={href} label={t("intake.search.label")}>
      <div class="filter">
        <TextField
          name="q"
          type="search"
          label={t("intake.search.text")}
          value={words.q}
          maxlength={200}
          autocomplete="off"
        />
        <SubmitButton kind="secondary">
          <Icon name="search" />
          {t("common.form.search")}
        </SubmitButton>
      </div>
      <Disclosure summary={t("intake.search.more")} isOpen={hasDetail}>
        <div class="pairs">
          <TextField
            name="source"
            label={t("intake.search.source")}
            hint={t("intake.search.sourceHint")}
            value={words.source}
            maxlength={100}
          />
          <TextField name="from" type="date" label={t("intake.search.from")} value={words.from} />
          <TextField name="to" type="date" label={t("intake.search.to")} value={words.to} />
          <SelectField
            name="comment"
            label={t("intake.search.comment")}
            value={words.comment}
            blank={t("intake.search.any")}
            options={(["waiting", "shown", "hidden"] as const).map((status) => ({
              value: status,
              label: t(`intake.comments.${status}`),
            }))}
          />
          <SelectField
            name="state"
            label={t("intake.search.state")}
            value={words.state}
            options={[
              { value: "counted", label: t("intake.search.counted") },
              { value: "removed", label: t("intake.search.removed") },
            ]}
          />
        </div>
      </Disclosure>
    </Form>
  );
}

function Tools({ t, group, action, words, href, isNarrow, signers, mayExport, mayRemove }: WithHref) {
  return (
    <ButtonRow>
      {mayExport && signers.length > 0 ? (
        <Form class="inline" action={`${href}.csv`}>
          {Object.entries(words).map(([name, value]) => (
            <HiddenField name={name} value={value} />
          ))}
          <SubmitButton kind="secondary">
            <Icon name="download" />
            {t(isNarrow ? "intake.export.these" : "intake.export.all")}
          </SubmitButton>
        </Form>
      ) : null}
      {mayExport && signers.length > 0 ? (
        <ButtonLink kind="quiet" href={`/groups/${group.slug}/exports/action?action=${action.id}`}>
          {t("exports.form.more")}
        </ButtonLink>
      ) : null}
      {mayRemove && isNarrow && words.state === "counted" && signers.length > 0 ? (
        <ButtonLink
          kind="secondary"
          href={`${href.replace(/signers$/, "removals/new")}${filterQuery(words)}`}
        >
          {t("intake.removals.these")}
        </ButtonLink>
      ) : null}
      {mayRemove ? <a href={href.replace(/signers$/, "removals")}>{t("intake.removals.title")}</a> : null}
      {mayExport && signers.length > 0 ? (
        <a href={href.replace(/signers$/, "consent.csv")}>{t("privacy.consentFile.link")}</a>
      ) : null}
    </ButtonRow>
  );
}

function List(props: WithHref) {
  const { t, href, words, isNarrow, signers, mayRemove } = props;
  const table = (
    <DataTable
      caption={t(props.kind.words.participants)}
      isCaptionHidden
      columns={columns(props)}
      rows={signers}
      empty={
        isNarrow ? (
          <EmptyState
            title={t("intake.empty.found")}
            text={t("intake.empty.foundText")}
            action={{ href, label: t("intake.empty.all") }}
          />
        ) : (
          <EmptyState title={t("intake.empty.title")} text={t("intake.empty.text")} />
        )
      }
    />
  );
  if (!mayRemove || signers.length === 0 || words.state === "removed") return table;
  return (
    <Form
      class="stack"
      action={href.replace(/signers$/, "removals")}
      label={t(props.kind.words.participants)}
    >
      {table}
      <div class="cluster">
        <SubmitButton kind="secondary">{t("intake.removals.chosen")}</SubmitButton>
        <span class="soft small">{t("intake.removals.canBeUndone")}</span>
      </div>
    </Form>
  );
}

function columns(props: SignersProps): Column<Signer>[] {
  const { t, locale, now, timeZone, mayRemove, words, kind, action } = props;
  const own = (kind.columns?.(action) ?? []).map(
    ({ key, title, value }): Column<Signer> => ({
      key,
      title: t(title),
      cell: ({ answer, standing, slots }) => (
        <span dir="auto">{value(t, answer.own ?? {}, action, standing, slots)}</span>
      ),
    }),
  );
  return [
    {
      key: "name",
      title: t("intake.columns.name"),
      isName: true,
      cell: (signer) => {
        const name = [signer.answer.givenName, signer.answer.familyName].filter((part) => part).join(" ");
        const who = (
          <span class="person">
            <span dir="auto">{name || signer.email || t("intake.forgotten")}</span>
            {name && signer.email ? <span class="soft small">{signer.email}</span> : null}
          </span>
        );
        return mayRemove && words.state === "counted" ? (
          <label class="pick">
            <input type="checkbox" name="ids" value={signer.id} />
            {who}
          </label>
        ) : (
          who
        );
      },
    },
    {
      key: "when",
      title: t("intake.columns.when"),
      cell: (signer) => <When at={signer.actedAt} now={now} locale={locale} timeZone={timeZone} />,
    },
    {
      key: "place",
      title: t("intake.columns.place"),
      cell: ({ answer }) => (
        <span dir="auto">
          {[answer.postalCode, answer.locality, countryIn(answer.country ?? "", locale)]
            .filter((part) => part)
            .join(", ")}
        </span>
      ),
    },
    ...own,
    { key: "source", title: t("intake.columns.source"), cell: (signer) => signer.source },
    {
      key: "comment",
      title: t("intake.columns.comment"),
      cell: (signer) =>
        signer.comment ? (
          <span class="comment-cell">
            <Comment text={signer.comment} />
            {signer.commentStatus === "none" ? null : (
              <span class="soft small">{t(`intake.comments.${signer.commentStatus}`)}</span>
            )}
          </span>
        ) : (
          ""
        ),
    },
  ];
}

/** A long comment would push everybody else off the screen: its beginning is shown, and opens. */
function Comment({ text }: { text: string }) {
  if (text.length <= COMMENT_SHOWN) return <span dir="auto">{text}</span>;
  const start = [...text].slice(0, COMMENT_SHOWN).join("");
  const space = start.lastIndexOf(" ");
  const end = space > COMMENT_SHOWN / 2 ? space : start.length;
  return (
    <details class="comment-long">
      <summary dir="auto">{text.slice(0, end)}</summary>
      <span dir="auto">{text.slice(end)}</span>
    </details>
  );
}
