import type { PersonRow } from "../people/edit";
import type { PeopleFrame } from "../profiles/web";
import { ButtonLink, ButtonRow, ErrorSummary, Form, SubmitButton, TextField } from "../ui/form";
import { formatNumber } from "../ui/format";
import { PageHeader, Section, Shell } from "../ui/layout";
import { DataTable } from "../ui/table";
import { When } from "../ui/when";

export type ConsentShown = {
  at: number;
  isYes: boolean;
  wording: string;
  where: string;
  href: string | null;
};

type PersonProps = PeopleFrame & {
  person: PersonRow;
  name: string;
  href: string;
  mayExport: boolean;
};

/** What an organiser can do when somebody asks about their data. */
export function PersonPrivacyPage(props: PersonProps & { consents: readonly ConsentShown[] }) {
  const { t, frame, group, name, href, flash, mayEdit, mayExport, person } = props;
  const title = t("privacy.person.title", { name });
  return (
    <Shell {...frame} title={title} group={group} tab="people" flash={flash}>
      <PageHeader
        title={title}
        lead={t("privacy.person.lead")}
        back={{ href, label: t("privacy.person.back") }}
      />
      <Section title={t("privacy.person.consents")}>
        <Consents {...props} />
      </Section>
      {mayExport ? (
        <Section title={t("privacy.person.export")} text={t("privacy.person.exportText")}>
          <ButtonRow>
            <ButtonLink kind="secondary" href={`${href}/privacy/archive`}>
              {t("privacy.person.exportButton")}
            </ButtonLink>
          </ButtonRow>
        </Section>
      ) : null}
      {mayEdit ? (
        <>
          <Section title={t("privacy.person.link")} text={t("privacy.person.linkText")}>
            {person.email ? (
              <Form class="form" action={`${href}/privacy/link`} label={t("privacy.person.link")}>
                <ButtonRow>
                  <SubmitButton kind="secondary">{t("privacy.person.linkButton")}</SubmitButton>
                </ButtonRow>
              </Form>
            ) : (
              <p class="soft">{t("privacy.person.linkNone")}</p>
            )}
          </Section>
          <Section title={t("privacy.person.erase")} text={t("privacy.person.eraseText")}>
            <ButtonRow>
              <ButtonLink kind="danger" href={`${href}/erasure`}>
                {t("privacy.person.eraseLink")}
              </ButtonLink>
            </ButtonRow>
          </Section>
        </>
      ) : null}
    </Shell>
  );
}

function Consents({
  t,
  locale,
  now,
  timeZone,
  consents,
}: PersonProps & { consents: readonly ConsentShown[] }) {
  return (
    <DataTable
      caption={t("privacy.person.consents")}
      isCaptionHidden
      rows={consents}
      empty={<p class="soft">{t("privacy.person.consentsNone")}</p>}
      columns={[
        {
          key: "wording",
          title: t("privacy.person.wording"),
          isName: true,
          cell: ({ wording }) => <q dir="auto">{wording}</q>,
        },
        {
          key: "answer",
          title: t("privacy.person.answer"),
          cell: ({ isYes }) => t(isYes ? "privacy.own.page.yes" : "privacy.own.page.no"),
        },
        {
          key: "when",
          title: t("privacy.person.when"),
          cell: ({ at }) => <When at={at} {...{ now, locale, timeZone }} />,
        },
        {
          key: "where",
          title: t("privacy.person.where"),
          cell: ({ where, href }) =>
            href ? (
              <a href={href} dir="auto">
                {where}
              </a>
            ) : (
              where
            ),
        },
      ]}
    />
  );
}

/** Says what an erasure takes, and asks for a word, since it cannot be undone. */
export function PersonErasurePage(props: PersonProps & { count: number; error?: string | undefined }) {
  const { t, frame, group, name, href, count, locale, error } = props;
  const title = t("privacy.person.eraseTitle", { name });
  const word = t("privacy.person.word");
  return (
    <Shell {...frame} title={title} group={group} tab="people">
      <PageHeader title={title} back={{ href: `${href}/privacy`, label: t("privacy.person.back") }} />
      <ErrorSummary t={t} errors={error ? { word: error } : {}} />
      <p class="lead">{t("privacy.person.eraseTakes", { count, number: formatNumber(count, locale) })}</p>
      <p>{t("privacy.person.eraseText")}</p>
      <p>{t("privacy.own.page.eraseGifts")}</p>
      <p>{t("privacy.person.eraseHash")}</p>
      <Form class="form measure" action={`${href}/erasure`} label={title}>
        <TextField
          name="word"
          label={t("privacy.person.eraseWord")}
          hint={t("privacy.person.eraseFinal", { word })}
          error={error}
          width="medium"
          autocomplete="off"
          autocapitalize="none"
          maxlength={30}
        />
        <ButtonRow>
          <SubmitButton kind="danger">{t("privacy.person.eraseButton")}</SubmitButton>
          <ButtonLink kind="quiet" href={`${href}/privacy`}>
            {t("common.form.cancel")}
          </ButtonLink>
        </ButtonRow>
      </Form>
    </Shell>
  );
}
