import { leftOutReasons, type Mailing } from "../mailings/types";
import { Disclosure } from "../ui/card";
import { Form, HiddenField, SubmitButton } from "../ui/form";
import { formatNumber } from "../ui/format";
import { PageHeader, Section, Shell } from "../ui/layout";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { audienceOf } from "./audience-form";
import { figuresOf, leftOutOf } from "./figures";
import type { OutcomePerson } from "./lists";
import { type Outcome, outcomes } from "./types";
import type { CountedProps } from "./views";
import { letterOf, nameOf, type Page, percent } from "./web";
import { departureWords, reasonWords } from "./words";

type LinkLine = { no: number; url: string; people: number; clicks: number; machineClicks: number };

/** The links of a mailing as a table and on the mail itself. */
export function LinksSection(props: CountedProps) {
  const { t, locale, links, results, href, shown } = props;
  const { clicked } = figuresOf(results.tally);
  const lines: LinkLine[] = links.map(({ no, url }) => {
    const [, [people = 0, clicks = 0, machineClicks = 0]] = results.tally.links.find(
      ([[own]]) => own === no,
    ) ?? [[no], []];
    return { no, url, people, clicks, machineClicks };
  });
  return (
    <Section title={t("results.links.title")} text={lines.length > 0 ? t("results.links.text") : undefined}>
      <DataTable<LinkLine>
        caption={t("results.links.title")}
        isCaptionHidden
        rows={lines}
        empty={<p class="soft">{t("results.links.none")}</p>}
        columns={[
          {
            ...{ key: "link", title: t("results.columns.link"), isName: true },
            cell: ({ no, url }) => (
              <span class="result-link" dir="ltr">
                {no}. {url}
              </span>
            ),
          },
          {
            ...{ key: "people", title: t("results.columns.people"), isNumber: true },
            cell: ({ people }) => formatNumber(people, locale),
          },
          {
            ...{ key: "share", title: t("results.columns.share"), isNumber: true },
            cell: ({ people }) => percent(clicked > 0 ? people / clicked : null, locale),
          },
          {
            ...{ key: "clicks", title: t("results.columns.clicks"), isNumber: true },
            cell: ({ clicks }) => formatNumber(clicks, locale),
          },
          {
            ...{ key: "machineClicks", title: t("results.columns.machineClicks"), isNumber: true },
            cell: ({ machineClicks }) => formatNumber(machineClicks, locale),
          },
        ]}
      />
      {shown ? (
        <div id="map">
          <MapChoice {...props} />
          <iframe
            class="result-map"
            src={`${href}/map?variant=${shown.variantNo}&language=${shown.language}`}
            title={t("results.links.frame")}
            sandbox=""
            loading="lazy"
          />
          {shown.hasAmp ? (
            <p class="soft small">
              {t("composer.review.hasAmp")}{" "}
              <a href={`${href}/map?variant=${shown.variantNo}&language=${shown.language}&part=amp`}>
                {t("composer.review.ampSource")}
              </a>
            </p>
          ) : null}
        </div>
      ) : null}
    </Section>
  );
}

/** Which version the clicks are shown on, where there are several. */
function MapChoice({ t, builds, shown, href }: CountedProps) {
  if (builds.length < 2) return null;
  return (
    <nav class="subtabs" aria-label={t("results.links.frame")}>
      <ul>
        {builds.map(({ variantNo, language }) => (
          <li>
            <a
              class="subtab"
              href={`${href}?variant=${variantNo}&language=${language}#map`}
              aria-current={
                variantNo === shown?.variantNo && language === shown.language ? "true" : undefined
              }
            >
              {letterOf(variantNo)} · {language}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

type Left = { choice: string; reason: string; variants: string; people: number };

/** Who unsubscribed or asked for less, by what they chose, why, and which variant they had. */
export function AwaySection(props: CountedProps) {
  const { t, locale, results, variants, comments } = props;
  const hasVariants = variants.length > 1;
  const rows = results.tally.departures
    .map(
      ([[variantNo, choice, reason], [people = 0]]): Left => ({
        ...departureWords(t, choice, reason),
        ...{ variants: letterOf(variantNo), people },
      }),
    )
    .toSorted((one, other) => other.people - one.people);
  return (
    <Section title={t("results.leaving.title")}>
      {rows.length === 0 ? (
        <p class="soft">{t("results.leaving.none")}</p>
      ) : (
        <PlainTable
          caption={t("results.leaving.title")}
          columns={[t("results.leaving.choice"), t("results.columns.people")]}
          rows={rows.map(({ choice, reason, variants: letter, people }) => ({
            name: choice,
            note: hasVariants ? `${reason} · ${t("results.variants.letter", { letter })}` : reason,
            value: formatNumber(people, locale),
          }))}
        />
      )}
      {comments.length > 0 ? (
        <Disclosure summary={t("results.leaving.comments")}>
          {comments.map((comment) => (
            <blockquote class="said" dir="auto">
              {comment}
            </blockquote>
          ))}
        </Disclosure>
      ) : null}
    </Section>
  );
}

function PlainTable(props: {
  caption: string;
  columns: readonly [string, string];
  rows: readonly { name: string; note?: string; value: string }[];
}) {
  return (
    <table class="values">
      <caption class="visually-hidden">{props.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{props.columns[0]}</th>
          <th scope="col">{props.columns[1]}</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map(({ name, note, value }) => (
          <tr>
            <th scope="row">
              {name}
              {note ? <span class="result-compared soft small">{note}</span> : null}
            </th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Who was of the audience and got no mail, by reason. */
export function LeftOutSection({ t, locale, results }: CountedProps) {
  const rows = leftOutOf(results.tally);
  return (
    <Section title={t("results.leftOut.title")} text={t("results.leftOut.text")}>
      {rows.length === 0 ? (
        <p class="soft">{t("results.leftOut.none")}</p>
      ) : (
        <PlainTable
          caption={t("results.leftOut.title")}
          columns={[t("results.columns.reason"), t("results.columns.people")]}
          rows={rows.map(({ reason, people }) => ({
            name: reasonWords(t, leftOutReasons[reason]),
            value: formatNumber(people, locale),
          }))}
        />
      )}
    </Section>
  );
}

/** The way to the people behind the numbers, for those who may see them. */
export function WhoSection(props: CountedProps) {
  const { t, href, seesPeople, makesAudiences, mailing, links, group } = props;
  if (!seesPeople) return null;
  const actionNos = [...new Set(links.flatMap(({ actionNo }) => (actionNo === null ? [] : [actionNo])))];
  const sources = props.variants.map(({ variantNo }) => `m${mailing.no}-${variantNo}`);
  return (
    <Section title={t("results.who.title")} text={t("results.who.text")} id="who">
      <ul class="result-outcomes">
        {outcomes.map((outcome) => {
          const fields = makesAudiences ? audienceOf(outcome, { no: mailing.no, actionNos, sources }) : null;
          return (
            <li>
              <span>{t(`results.outcomes.${outcome}`)}</span>
              <div class="cluster">
                {outcome === "acted" ? null : (
                  <a href={`${href}/people/${outcome}`}>
                    {t("results.who.list")}
                    <span class="visually-hidden"> {t(`results.outcomes.${outcome}`)}</span>
                  </a>
                )}
                {fields ? (
                  <Form action={`/groups/${group.slug}/audiences/new`} class="inline">
                    {fields.map(([name, value]) => (
                      <HiddenField name={name} value={value} />
                    ))}
                    <SubmitButton kind="quiet">
                      {t("results.who.audience")}
                      <span class="visually-hidden"> {t(`results.outcomes.${outcome}`)}</span>
                    </SubmitButton>
                  </Form>
                ) : null}
              </div>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

type OutcomePageProps = Page & {
  mailing: Mailing;
  href: string;
  outcome: Exclude<Outcome, "acted">;
  people: OutcomePerson[];
  next: number | null;
  isFirstPage: boolean;
};

/** Those with one outcome, by name. */
export function OutcomePage(props: OutcomePageProps) {
  const { t, frame, group, mailing, href, outcome, people, next, isFirstPage, now, locale, timeZone } = props;
  const title = t(`results.outcomes.${outcome}`);
  return (
    <Shell {...frame} title={title} group={group} tab="mailings">
      <PageHeader title={title} back={{ href: `${href}#who`, label: nameOf(t, mailing) }} />
      <DataTable<OutcomePerson>
        caption={title}
        isCaptionHidden
        rows={people}
        empty={<EmptyState title={t("results.who.empty")} text={t("results.who.emptyText")} />}
        columns={[
          {
            ...{ key: "name", title: t("intake.columns.name"), isName: true },
            cell: ({ id, name, email }) => (
              <span class="person">
                <a href={`/groups/${group.slug}/people/${id}`} dir="auto">
                  {name || email || "–"}
                </a>
                {name ? <span class="soft small">{email}</span> : null}
              </span>
            ),
          },
          {
            ...{ key: "at", title: t("results.who.when") },
            cell: ({ atS }) =>
              atS === null ? "–" : <When at={atS * 1_000} {...{ now, locale, timeZone }} />,
          },
          ...(outcome === "left_out" || outcome === "failed"
            ? [
                {
                  ...{ key: "why", title: t("results.who.why") },
                  cell: ({ reason }: OutcomePerson) => reasonWords(t, reason),
                },
              ]
            : []),
        ]}
      />
      <Pager
        t={t}
        before={isFirstPage ? undefined : `${href}/people/${outcome}`}
        after={next === null ? undefined : `${href}/people/${outcome}?after=${next}`}
      />
    </Shell>
  );
}
