import type { Child } from "hono/jsx";
import { statusName } from "../people/search";
import { departureWords } from "../results/words";
import { Form, SubmitButton } from "../ui/form";
import { formatMoney } from "../ui/format";
import type { Key } from "../ui/i18n";
import { Icon, type IconName } from "../ui/icon";
import { Status, type Tone } from "../ui/status";
import { EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { causeInWords } from "./contact-views";
import type { PersonPageProps } from "./person-views";
import { actionIdOf, editIdOf, importIdOf, mailingIdOf, mergeIdOf, type TimelineEntry } from "./timeline";
import { personHref } from "./web";

type Of<Is extends TimelineEntry["is"]> = Extract<TimelineEntry, { is: Is }>;
type Props<Is extends TimelineEntry["is"] = TimelineEntry["is"]> = PersonPageProps & { entry: Of<Is> };

const icons: Record<TimelineEntry["is"], IconName> = {
  action: "actions",
  consent: "check",
  subscription: "mail",
  edit: "edit",
  note: "info",
  merge: "people",
  receipt: "mail",
  import: "download",
  mail: "mail",
};

/** All that happened with a person, the newest first. */
export function Timeline(props: PersonPageProps) {
  const { t, entries, next, isFirstPage, group, person } = props;
  const href = personHref(group, person);
  return (
    <section class="section" id="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">{t("profiles.timeline.title")}</h2>
      {entries.length === 0 ? (
        <EmptyState title={t("profiles.timeline.empty")} text={t("profiles.timeline.emptyText")} />
      ) : (
        <ol class="timeline">
          {entries.map((entry) => (
            <Entry {...props} entry={entry} />
          ))}
        </ol>
      )}
      <Pager
        t={t}
        before={next ? `${href}?before=${next}#timeline` : undefined}
        after={isFirstPage ? undefined : `${href}#timeline`}
      />
    </section>
  );
}

function Entry(props: Props) {
  const { entry, now, locale, timeZone } = props;
  return (
    <li class="moment">
      <Icon name={icons[entry.is]} />
      <div class="moment-text">
        <Words {...props} />
        <p class="soft small">
          <When at={entry.at} {...{ now, locale, timeZone }} />
        </p>
      </div>
    </li>
  );
}

function Words(props: Props): Child {
  const { entry } = props;
  switch (entry.is) {
    case "action":
      return <Acted {...props} entry={entry} />;
    case "consent":
      return <Consented {...props} entry={entry} />;
    case "subscription":
      return <Subscribed {...props} entry={entry} />;
    case "edit":
      return <Edited {...props} entry={entry} />;
    case "note":
      return <Noted {...props} entry={entry} />;
    case "merge":
      return <Merged {...props} entry={entry} />;
    case "receipt":
      return <Receipt {...props} entry={entry} />;
    case "import":
      return <Imported {...props} entry={entry} />;
    case "mail":
      return <Mailed {...props} entry={entry} />;
  }
}

function ActionLink({
  group,
  t,
  entry,
}: {
  group: { slug: string };
  t: PersonPageProps["t"];
  entry: { title: string | null; actionId: string | null };
}) {
  if (!entry.actionId) return <span>{t("profiles.timeline.anAction")}</span>;
  return (
    <a href={`/groups/${group.slug}/actions/${actionIdOf(entry.actionId)}`} dir="auto">
      {entry.title}
    </a>
  );
}

function Acted(props: Props<"action">) {
  const { t, locale, entry, now, timeZone } = props;
  const answers = Object.entries(entry.answer.answers ?? {});
  return (
    <>
      <p>
        {t("profiles.timeline.took")} <ActionLink {...props} />{" "}
        {entry.amount !== null && entry.currency ? (
          <strong>{formatMoney(entry.amount, entry.currency, locale)}</strong>
        ) : null}{" "}
        {entry.answer.import === undefined ? null : <Status>{t("profiles.timeline.imported")}</Status>}{" "}
        {entry.removal ? (
          <Status tone="warn">{t(`profiles.timeline.removed.${entry.removal}`)}</Status>
        ) : null}
      </p>
      {entry.comment ? (
        <blockquote class="said" dir="auto">
          {entry.comment}
        </blockquote>
      ) : null}
      {answers.length > 0 ? (
        <dl class="answers">
          {answers.map(([name, value]) => (
            <div>
              <dt dir="auto">{name}</dt>
              <dd dir="auto">{Array.isArray(value) ? value.join(", ") : value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {entry.source ? (
        <p class="soft small">{t("profiles.timeline.source", { source: entry.source })}</p>
      ) : null}
      {entry.revisedAt > entry.at ? (
        <p class="soft small">
          {t("profiles.timeline.revised")} <When at={entry.revisedAt} {...{ now, locale, timeZone }} />
        </p>
      ) : null}
    </>
  );
}

function Consented(props: Props<"consent">) {
  const { t, entry } = props;
  return (
    <>
      <p>
        {entry.mode === "import" ? (
          t("profiles.timeline.statedYes")
        ) : (
          <>
            {t(entry.answer === 1 ? "profiles.timeline.saidYes" : "profiles.timeline.saidNo")}{" "}
            <ActionLink {...props} />
          </>
        )}
      </p>
      {entry.wording ? (
        <blockquote class="said" dir="auto">
          {entry.wording}
        </blockquote>
      ) : null}
    </>
  );
}

function Subscribed({ t, entry, nameOfMember }: Props<"subscription">) {
  const state = statusName(entry.status);
  return (
    <>
      <p>
        {t(entry.channel === 1 ? "profiles.subscriptions.email" : "profiles.subscriptions.mobile")}:{" "}
        <Status tone={state === "subscribed" ? "good" : "warn"}>
          {t(entry.channel === 1 ? `people.status.${state}` : `profiles.mobile.${state}`)}
        </Status>{" "}
        {causeInWords({ t }, entry.cause)}
        {entry.by === null ? "" : ` · ${nameOfMember(entry.by)}`}
      </p>
      {entry.reason ? (
        <blockquote class="said" dir="auto">
          {entry.reason}
        </blockquote>
      ) : null}
    </>
  );
}

const names: Record<string, Key> = {
  givenName: "profiles.details.givenName",
  preferredName: "profiles.details.preferredName",
  familyName: "profiles.details.familyName",
  street: "profiles.details.street",
  locality: "profiles.details.locality",
  region: "profiles.details.region",
  postalCode: "profiles.details.postalCode",
  country: "profiles.details.country",
  language: "profiles.details.language",
  timeZone: "profiles.details.timeZone",
  email: "profiles.details.email",
  phone: "profiles.details.phone",
  tag: "profiles.details.tag",
  point: "profiles.point.title",
};

function Edited(props: Props<"edit">) {
  const { t, entry, nameOfMember, mayEdit, group, person } = props;
  return (
    <>
      <p>
        {t(`profiles.timeline.edits.${entry.act}`)} ·{" "}
        {entry.by === null ? t("profiles.timeline.bySelf") : nameOfMember(entry.by)}{" "}
        {entry.undoneAt ? <Status>{t("profiles.timeline.undone")}</Status> : null}
      </p>
      <dl class="answers">
        {entry.changes.map(({ name, from, to }) => {
          const key = names[name];
          return (
            <div>
              <dt dir="auto">{key ? t(key) : name}</dt>
              <dd dir="auto">
                {from ? <del>{from}</del> : null} {to ? <ins>{to}</ins> : null}
              </dd>
            </div>
          );
        })}
      </dl>
      {mayEdit && entry.act === "details" && !entry.undoneAt ? (
        <Form class="inline" action={personHref(group, person, `/edits/${editIdOf(entry.key)}/undo`)}>
          <SubmitButton kind="quiet">{t("common.form.undo")}</SubmitButton>
        </Form>
      ) : null}
    </>
  );
}

function Noted({ t, entry, nameOfMember }: Props<"note">) {
  return (
    <>
      <p>
        {t(`profiles.notes.kinds.${entry.kind}`)} · {nameOfMember(entry.by)}
      </p>
      <blockquote class="said lines" dir="auto">
        {entry.text}
      </blockquote>
    </>
  );
}

function Merged({ t, entry, nameOfMember, mayEdit, group, splitSince }: Props<"merge">) {
  const email = entry.isKept === 1 ? entry.lostEmail : entry.keptEmail;
  const canSplit =
    mayEdit && entry.isKept === 1 && entry.isKnown === 1 && !entry.undoneAt && entry.at > splitSince;
  return (
    <>
      <p>
        {t("profiles.timeline.merged", { email: email ?? "–" })}
        {entry.by === null ? "" : ` · ${nameOfMember(entry.by)}`}{" "}
        {entry.undoneAt ? <Status>{t("profiles.timeline.undone")}</Status> : null}
      </p>
      {canSplit ? (
        <a href={`/groups/${group.slug}/people/merges/${mergeIdOf(entry.key)}`}>
          {t("profiles.merge.split")}
        </a>
      ) : null}
    </>
  );
}

/** As `receipts/types.ts` numbers them. */
const receiptWords: Record<number, Key> = {
  1: "profiles.timeline.mail.unknown",
  2: "profiles.timeline.mail.sent",
  3: "profiles.timeline.mail.failed",
  4: "profiles.timeline.mail.failed",
  5: "profiles.timeline.mail.unknown",
  6: "profiles.timeline.mail.waiting",
};

function Receipt(props: Props<"receipt">) {
  const { t, entry } = props;
  return (
    <p>
      {t("profiles.timeline.thanks")} <ActionLink {...props} /> ·{" "}
      {t(receiptWords[entry.state] ?? "profiles.timeline.mail.unknown")}
    </p>
  );
}

function Imported({ t, group, entry }: Props<"import">) {
  return (
    <p>
      {t(entry.isNew === 1 ? "profiles.timeline.broughtBy" : "profiles.timeline.wasIn")}{" "}
      <a href={`/groups/${group.slug}/imports/${importIdOf(entry.importId)}`} dir="auto">
        {entry.fileName}
      </a>{" "}
      · {entry.byName}{" "}
      {entry.undoneAt === null ? null : <Status tone="warn">{t("profiles.timeline.importUndone")}</Status>}
    </p>
  );
}

const mailWords: Record<number, Key> = {
  3: "profiles.timeline.mail.sent",
  5: "profiles.timeline.mail.failed",
  6: "profiles.timeline.mail.unknown",
};

/** What became of a mail, by the bits of `mail_events.flags`, in the order of their weight. */
const fates: readonly { bit: number; words: Key; tone: Tone }[] = [
  { bit: 8, words: "results.timeline.complained", tone: "bad" },
  { bit: 4, words: "results.timeline.bounced", tone: "bad" },
  { bit: 16, words: "results.timeline.held", tone: "warn" },
];
/** Bits of a mail that arrived after all: the provider said so. */
const ARRIVED = 32;

function Mailed(props: Props<"mail">) {
  const { t, entry, now, locale, timeZone, group } = props;
  const at = (moment: number) => <When at={moment} {...{ now, locale, timeZone }} />;
  const isRead = entry.openedAt !== null || entry.clickedAt !== null;
  const fate = fates.find(
    ({ bit }) => entry.flags & bit && !(bit === 16 && (isRead || entry.flags & ARRIVED)),
  );
  return (
    <>
      <p>
        <a href={`/groups/${group.slug}/mailings/${mailingIdOf(entry.mailingId)}/results`} dir="auto">
          {entry.subject}
        </a>{" "}
        · {t(mailWords[entry.status] ?? "profiles.timeline.mail.unknown")}{" "}
        {fate ? <Status tone={fate.tone}>{t(fate.words)}</Status> : null}
      </p>
      {entry.openedAt ? (
        <p class="soft small">
          {t("profiles.timeline.mail.opened")} {at(entry.openedAt)}
        </p>
      ) : null}
      {!isRead && entry.flags & 1 ? <p class="soft small">{t("results.timeline.machine")}</p> : null}
      {entry.clickedAt ? (
        <p class="soft small">
          {t("profiles.timeline.mail.clicked")} {at(entry.clickedAt)}
        </p>
      ) : null}
      {entry.leftAt && entry.choice ? (
        <p class="soft small">
          {departureWords(t, entry.choice, "").choice} {at(entry.leftAt)}
        </p>
      ) : null}
      {entry.leftAt === null && entry.flags & 2 ? (
        <p class="soft small">{t("results.leaving.choices.all")}</p>
      ) : null}
      {entry.backAt ? (
        <p class="soft small">
          {t("results.timeline.back")} {at(entry.backAt)}
        </p>
      ) : null}
    </>
  );
}
