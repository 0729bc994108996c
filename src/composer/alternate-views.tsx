import {
  type Alternates,
  combinationCount,
  combinationsOf,
  comparedParts,
  hasRoomFor,
  revisionOf,
  variedParts,
  versionShowing,
} from "../mailings/combining";
import {
  type AlternatePart,
  COMBINATIONS_MAX,
  type Combination,
  FROM_NAME_MAX,
  type Mailing,
  type MailingVersion,
  PREVIEW_MAX,
  SUBJECT_MAX,
} from "../mailings/types";
import { Disclosure } from "../ui/card";
import { type FlashMessage, Notice } from "../ui/flash";
import {
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import { localeNames } from "../ui/i18n";
import { Section, Shell } from "../ui/layout";
import { DataTable } from "../ui/table";
import { MailingHeader } from "./mailing-frame";
import { combinationWords, letterOf, placeQuery, Steps } from "./parts";
import type { Page } from "./web";

/** With fewer people a version, what tells two of them apart is mostly chance: 20% and 25% look alike. */
const FEW_EACH = 1_000;

export type TypedAlternate = { subject: string; preview: string; fromName: string };

export type AlternatesProps = Page & {
  mailing: Mailing;
  href: string;
  written: readonly MailingVersion[];
  alternates: Alternates;
  /** It has whole versions to be tested, so there can be no alternates. */
  isWhole: boolean;
  /** How many would get it; "counting" while nobody was found among those looked at so far, null while nobody is chosen. */
  recipients: number | "counting" | null;
  typed: TypedAlternate;
  errors: FieldErrors;
  /** The part whose form was refused. */
  refused: AlternatePart | null;
  /** Why, where that is in no field. */
  refusal?: string;
  flash?: FlashMessage;
};

/** Subjects, senders and messages, and what comes of them. */
export function AlternatesPage(props: AlternatesProps) {
  const { t, frame, href, flash, errors, isWhole, refused, refusal } = props;
  return (
    <Shell {...frame} title={t("alternates.title")} tab="mailings" flash={flash}>
      <MailingHeader {...props} />
      <Steps t={t} href={href} current="write" />
      {refusal ? (
        <Notice kind="bad" title={t(refused ? "alternates.refused.title" : "alternates.refused.kept")}>
          <p>{refusal}</p>
          {isWhole ? <Typed {...props} /> : null}
        </Notice>
      ) : null}
      <ErrorSummary t={t} errors={errors} />
      <Section title={t("alternates.title")} text={t("alternates.text")}>
        {isWhole ? (
          <Notice kind="warn">
            <p>
              {t("alternates.refused.whole_versions")} <a href={href}>{t("alternates.back")}</a>
            </p>
          </Notice>
        ) : (
          <Sum {...props} />
        )}
      </Section>
      {isWhole ? null : (
        <>
          <Part {...props} part="subject" />
          <Part {...props} part="sender" />
          <Part {...props} part="body" />
          <p>
            <a href={href}>{t("alternates.back")}</a>
          </p>
        </>
      )}
    </Shell>
  );
}

/** What was typed, where there is no form any more that it could stand in. */
function Typed({ t, typed }: AlternatesProps) {
  const words = [typed.subject, typed.preview, typed.fromName].filter((each) => each !== "");
  if (words.length === 0) return null;
  return (
    <>
      <p>{t("alternates.refused.typed")}</p>
      <ul>
        {words.map((each) => (
          <li dir="auto">{each}</li>
        ))}
      </ul>
    </>
  );
}

/** How many versions there are, how many people each gets, and how many there may be. */
function Sum(props: AlternatesProps) {
  const { t, locale, alternates, recipients, href, written } = props;
  const count = combinationCount(alternates);
  const isByPart = comparedParts(combinationsOf(written).values()).length > 0;
  const each = !recipients || recipients === "counting" ? null : eachOf(props.mailing, recipients, count);
  return (
    <>
      <p class="lead">
        {t("alternates.sum", {
          subjects: t("alternates.count.subject", { count: alternates.subject.length }),
          senders: t("alternates.count.sender", { count: alternates.sender.length }),
          bodies: t("alternates.count.body", { count: alternates.body.length }),
          versions: t("alternates.count.version", { count }),
        })}
      </p>
      <p>
        {recipients === "counting" ? (
          t("alternates.counting")
        ) : each === null ? (
          <>
            {t(recipients === 0 ? "alternates.none" : "alternates.nobody")}{" "}
            <a href={`${href}/target`}>{t("composer.review.choose")}</a>
          </>
        ) : (
          t(`alternates.each.${each.is}`, { count: each.people, number: formatNumber(each.people, locale) })
        )}{" "}
        {each !== null && count > 1 && each.people < FEW_EACH ? t("alternates.few") : ""}{" "}
        {each !== null && each.people < FEW_EACH && isByPart ? t("alternates.fewByPart") : ""}
      </p>
      <p class="soft small">{t("alternates.most", { count: COMBINATIONS_MAX })}</p>
      {count > 1 ? <Versions {...props} /> : null}
    </>
  );
}

/** How many people each version gets before there is a winner, about. */
function eachOf({ settings: { test } }: Mailing, recipients: number, count: number) {
  const whole = (people: number) => Math.floor(people / count);
  if (test?.cohorts) return { is: "cohort", people: whole(Math.min(test.cohorts.size, recipients)) } as const;
  if (test) return { is: "test", people: whole((recipients * test.share) / 10_000) } as const;
  return { is: "all", people: whole(recipients) } as const;
}

function Versions({ t, href, written, group }: AlternatesProps) {
  const all = [...combinationsOf(written)];
  const varied = variedParts(all.map(([, combines]) => combines));
  return (
    <Disclosure summary={t("alternates.versions")}>
      <DataTable<[number, Combination]>
        caption={t("alternates.versions")}
        isCaptionHidden
        rows={all}
        empty={null}
        columns={[
          {
            key: "version",
            title: t("composer.winner.variant"),
            isName: true,
            cell: ([no]) => letterOf(no),
          },
          {
            key: "of",
            title: t("alternates.of"),
            cell: ([, combines]) => combinationWords(t, combines, varied),
          },
          {
            key: "preview",
            title: t("composer.write.preview"),
            cell: ([no]) => (
              <a
                href={`${href}/preview?variant=${no}&language=${group.locale}`}
                target="_blank"
                rel="noopener"
              >
                {t("composer.write.preview")}
                <span class="visually-hidden"> {t("composer.write.variant", { letter: letterOf(no) })}</span>
              </a>
            ),
          },
        ]}
      />
    </Disclosure>
  );
}

type PartProps = AlternatesProps & { part: AlternatePart };

function Part(props: PartProps) {
  const { t, part, alternates, refused } = props;
  return (
    <Section title={t(`alternates.parts.${part}`)} id={part}>
      <ol class="mail-alternates">
        {alternates[part].map((alternate) => (
          <Alternate {...props} {...alternate} />
        ))}
      </ol>
      {hasRoomFor(alternates, part) || refused === part ? (
        <AddForm {...props} />
      ) : (
        <p class="soft">{t("alternates.refused.full", { most: COMBINATIONS_MAX })}</p>
      )}
    </Section>
  );
}

/** One alternate: what it says, where it is changed, and how it is taken away. */
function Alternate({ t, href, written, group, part, row, nth }: PartProps & { row: number; nth: number }) {
  const versions = written.filter(({ variantNo }) => variantNo === row);
  const own = versions.find(({ language }) => language === group.locale) ?? versions[0];
  const name = t(`alternates.nth.${part}`, { nth });
  return (
    <li class="card">
      <p>
        <strong>{name}</strong>
      </p>
      {part === "body" ? null : <p dir="auto">{part === "subject" ? own?.subject : own?.fromName}</p>}
      {part === "subject" && own?.preview ? (
        <p class="soft small" dir="auto">
          {own.preview}
        </p>
      ) : null}
      <div class="cluster">
        {versions.map((version) => (
          <a href={href + placeQuery(version)}>
            {versions.length > 1
              ? t("alternates.changeIn", { language: localeNames[version.language] })
              : t("alternates.change")}
            <span class="visually-hidden"> {name}</span>
          </a>
        ))}
        {part === "body" ? (
          <a
            href={`${href}/preview?variant=${versionShowing(written, row)}&language=${group.locale}`}
            target="_blank"
            rel="noopener"
          >
            {t("composer.write.preview")}
            <span class="visually-hidden"> {name}</span>
          </a>
        ) : null}
        {row > 1 ? (
          <Form action={`${href}/alternates/removal`} class="inline">
            <HiddenField name="alternate" value={String(row)} />
            <HiddenField name="part" value={part} />
            <HiddenField name="version" value={String(revisionOf(written, row))} />
            <SubmitButton kind="quiet" confirm={t("alternates.removeAsk", { name })}>
              {t("alternates.remove")}
              <span class="visually-hidden"> {name}</span>
            </SubmitButton>
          </Form>
        ) : null}
      </div>
    </li>
  );
}

function AddForm({ t, href, part, typed, errors }: PartProps) {
  const add = t(`alternates.add.${part}`);
  return (
    <Form action={`${href}/alternates`} class="form measure" label={add}>
      <HiddenField name="part" value={part} />
      {part === "subject" ? (
        <>
          <TextField
            name="subject"
            label={t("alternates.new.subject")}
            value={typed.subject}
            maxlength={SUBJECT_MAX}
            autocomplete="off"
            error={errors.subject}
          />
          <TextField
            name="preview"
            label={t("composer.field.preview")}
            hint={t("alternates.new.preview")}
            optionalLabel={t("common.form.optional")}
            value={typed.preview}
            maxlength={PREVIEW_MAX}
            autocomplete="off"
            error={errors.preview}
          />
        </>
      ) : null}
      {part === "sender" ? (
        <TextField
          name="fromName"
          label={t("alternates.new.sender")}
          hint={t("composer.hint.fromName")}
          value={typed.fromName}
          maxlength={FROM_NAME_MAX}
          autocomplete="off"
          error={errors.fromName}
        />
      ) : null}
      {part === "body" ? <p class="soft">{t("alternates.new.body")}</p> : null}
      <ButtonRow>
        <SubmitButton kind="secondary">{add}</SubmitButton>
      </ButtonRow>
    </Form>
  );
}
