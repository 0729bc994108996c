import type { Child } from "hono/jsx";
import type { Group } from "../groups/types";
import type { Work } from "../people/work";
import { Works } from "../people/works-view";
import { attributesOf, Field } from "../ui/field";
import { ButtonLink, Form, SubmitButton, TextField } from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { Status } from "../ui/status";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { CountPanel, type CountPanelProps } from "./count-views";
import type { ShownPerson } from "./store-people";
import type { SavedAudience } from "./types";
import type { Reason } from "./why";

type PageProps = {
  frame: Omit<ShellProps, "title" | "children" | "group">;
  group: Group;
  t: T;
  locale: Locale;
  now: number;
  timeZone: string;
  /** Whether one may make and change audiences. */
  mayEdit: boolean;
};

type ListedAudience = { saved: SavedAudience; words: string };

export function AudienceListPage(props: PageProps & { audiences: readonly ListedAudience[] }) {
  const { frame, group, t, locale, now, timeZone, audiences, mayEdit } = props;
  const base = `/groups/${group.slug}/audiences`;
  return (
    <Shell {...frame} title={t("audiences.title")} group={group} tab="people">
      <PageHeader
        title={t("audiences.title")}
        lead={t("audiences.lead")}
        actions={mayEdit ? <ButtonLink href={`${base}/new`}>{t("audiences.new")}</ButtonLink> : null}
      />
      <PeopleTabs t={t} slug={group.slug} current="audiences" />
      <DataTable<ListedAudience>
        caption={t("audiences.title")}
        isCaptionHidden
        rows={audiences}
        empty={<EmptyState title={t("audiences.empty.title")} text={t("audiences.empty.text")} />}
        columns={[
          {
            key: "name",
            title: t("audiences.column.name"),
            isName: true,
            cell: ({ saved }) => (
              <a href={`${base}/${saved.id}`} dir="auto">
                {saved.name}
              </a>
            ),
          },
          {
            key: "words",
            title: t("audiences.column.words"),
            cell: ({ words }) => <span dir="auto">{words}</span>,
          },
          {
            key: "shared",
            title: t("audiences.column.shared"),
            cell: ({ saved }) => <Status>{t(`audiences.shared.${saved.isShared ? "yes" : "no"}`)}</Status>,
          },
          {
            key: "updated",
            title: t("audiences.column.updated"),
            cell: ({ saved }) => <When at={saved.updatedAt} now={now} locale={locale} timeZone={timeZone} />,
          },
        ]}
      />
    </Shell>
  );
}

export type AudienceProps = PageProps & {
  saved: SavedAudience;
  count: CountPanelProps;
  sample: readonly ShownPerson[];
  usedIn: readonly SavedAudience[];
  /** Tags under way for it, the tags there are, and what was typed and refused. */
  taggings: readonly Work[];
  tagNames: readonly string[];
  tagging: { tag: string; error: string | undefined };
  why: { email: string; reasons: readonly Reason[] | null; isIn: boolean } | null;
};

/** One audience: who, how many, some of them, and why somebody is in or not. */
export function AudiencePage(props: AudienceProps) {
  const { frame, group, t, saved, count, sample, usedIn, mayEdit } = props;
  const base = `/groups/${group.slug}/audiences`;
  const href = `${base}/${saved.id}`;
  return (
    <Shell {...frame} title={saved.name} group={group} tab="people" scripts={["audiences"]}>
      <PageHeader
        title={saved.name}
        lead={saved.description}
        back={{ href: base, label: t("audiences.title") }}
        actions={mayEdit ? <Verbs {...{ t, href }} /> : null}
      />
      <PeopleTabs t={t} slug={group.slug} current="audiences" />
      <div data-audience-shown={`${href}/count`}>
        <CountPanel {...count} />
      </div>
      <p>
        <a href={`${href}?again=yes`}>{t("audiences.button.again")}</a>
      </p>
      <Section title={t("audiences.part.sample")}>
        <Sample {...{ t, sample, slug: group.slug }} />
      </Section>
      {mayEdit ? <Tagging {...props} href={href} /> : null}
      <Why {...props} href={href} />
      <Section title={t("audiences.part.used")}>
        {usedIn.length === 0 ? (
          <p>{t("audiences.used.none")}</p>
        ) : (
          <ul>
            {usedIn.map(({ id, name }) => (
              <li>
                <a href={`${base}/${id}`} dir="auto">
                  {name}
                </a>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </Shell>
  );
}

/** One tag for everybody who is in it now. */
function Tagging(props: AudienceProps & { href: string }) {
  const { t, locale, now, href, taggings, tagNames, tagging } = props;
  const { tag, error } = tagging;
  return (
    <Section id="tagging" title={t("audiences.tagging.title")} text={t("audiences.tagging.text")}>
      <Works t={t} locale={locale} works={taggings} now={now} />
      <Form class="filter" action={`${href}/tagging#tagging`} label={t("audiences.tagging.title")}>
        <Field name="tag" label={t("audiences.tagging.tag")} error={error}>
          <input
            {...attributesOf({ name: "tag", label: "", error })}
            class="input input-full"
            type="text"
            list="tags-there-are"
            value={tag}
            maxlength={200}
            autocomplete="off"
          />
        </Field>
        <SubmitButton kind="secondary" name="do" value="give">
          {t("audiences.tagging.give")}
        </SubmitButton>
        <SubmitButton kind="quiet" name="do" value="take">
          {t("audiences.tagging.take")}
        </SubmitButton>
      </Form>
      <datalist id="tags-there-are">
        {tagNames.map((name) => (
          <option value={name} />
        ))}
      </datalist>
    </Section>
  );
}

function Verbs({ t, href }: { t: T; href: string }) {
  return (
    <>
      <ButtonLink href={`${href}/edit`} kind="secondary">
        {t("audiences.button.edit")}
      </ButtonLink>
      <Form action={`${href}/copies`} class="inline-form">
        <SubmitButton kind="secondary">{t("audiences.button.duplicate")}</SubmitButton>
      </Form>
      <Form action={`${href}/removal`} class="inline-form">
        <SubmitButton kind="danger">{t("audiences.button.delete")}</SubmitButton>
      </Form>
    </>
  );
}

function Sample({ t, sample, slug }: { t: T; sample: readonly ShownPerson[]; slug: string }) {
  return (
    <DataTable<ShownPerson>
      caption={t("audiences.part.sample")}
      isCaptionHidden
      rows={sample}
      empty={<p>{t("audiences.sample.none")}</p>}
      columns={[
        {
          key: "name",
          title: t("audiences.column.person"),
          isName: true,
          cell: ({ id, name, email }) => (
            <span class="person">
              <a href={`/groups/${slug}/people/${id}`} dir="auto">
                {name || email}
              </a>
              {name ? <span class="soft small">{email}</span> : null}
            </span>
          ),
        },
        {
          key: "place",
          title: t("audiences.column.place"),
          cell: ({ place }) => <span dir="auto">{place || "–"}</span>,
        },
      ]}
    />
  );
}

function Why({ t, why, href }: AudienceProps & { href: string }) {
  const answer: Child = why ? <Answer {...{ t, why }} /> : null;
  return (
    <Section id="why" title={t("audiences.part.why")} text={t("audiences.why.lead")}>
      <Form class="filter" method="get" action={`${href}#why`} label={t("audiences.part.why")}>
        <TextField
          name="person"
          type="email"
          label={t("audiences.why.email")}
          value={why?.email ?? ""}
          maxlength={254}
          autocomplete="off"
        />
        <SubmitButton kind="secondary">{t("audiences.button.why")}</SubmitButton>
      </Form>
      {answer}
    </Section>
  );
}

function Answer({ t, why }: { t: T; why: NonNullable<AudienceProps["why"]> }) {
  const { email, reasons, isIn } = why;
  if (!reasons) return <p role="status">{t("audiences.why.unknown")}</p>;
  return (
    <div role="status">
      <p>
        <Status tone={isIn ? "good" : "neutral"}>{t(isIn ? "audiences.why.yes" : "audiences.why.no")}</Status>{" "}
        <strong>{t(isIn ? "audiences.why.isIn" : "audiences.why.isOut", { email })}</strong>
      </p>
      <ul class="audience-reasons">
        {reasons.map(({ depth, words, isTrue }) => (
          <li class={`audience-depth-${Math.min(depth, 4)}`}>
            <Status tone={isTrue ? "good" : "neutral"}>
              {t(isTrue ? "audiences.why.yes" : "audiences.why.no")}
            </Status>{" "}
            <span dir="auto">{words}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
