import { Hono } from "hono";
import { type PublicContext, type PublicEnv, privatePage, refuse } from "../actions/public-web";
import { dbFor } from "../groups/shard";
import { editPerson } from "../people/edit";
import { subscriptionStatus } from "../people/types";
import { type FormValues, readForm, single } from "../platform/forms";
import { MAIL_PATH } from "../platform/mail-keys";
import { blockOf } from "../subscriptions/own-word";
import { leaveList, type Recipient, resubscribe, savePreferences } from "../subscriptions/subscription";
import { refusedTopics, type Topic, topicName, topicsOf } from "../subscriptions/topic";
import type { FlashMessage } from "../ui/flash";
import { isLocale } from "../ui/i18n";
import { type Known, knownOnly, pageHref, veiled, withCopy } from "./copy";
import { PreferencePage, pauseDays, weeklyChoices } from "./preference-views";
import { readersStyle } from "./style";
import { NO_TRACES } from "./web-headers";

const BYTES_MAX = 20_000;
const DAY_MS = 86_400_000;

/** What mail somebody wants from a group: by the key of any mail of theirs. */
export function preferencePages(): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get(`${MAIL_PATH}/:key/preferences`, (c) => withRecipient(c, show))
    .post(`${MAIL_PATH}/:key/preferences`, (c) => withRecipient(c, save));
}

/** This page says what D1 says: without it, it says so, and where leaving works all the same. */
function withRecipient(
  c: PublicContext,
  answer: (c: PublicContext, mine: Known) => Promise<Response>,
): Promise<Response> {
  return withCopy(c, (mine) =>
    knownOnly(c, mine, answer, () => {
      const { t, locale } = c.var;
      return refuse(c, "unavailable", {
        title: t("readers.preferences.title"),
        text: t("readers.preferences.notNow"),
        next: { href: pageHref(mine.key, "unsubscribe", locale), words: t("readers.preferences.leaveNow") },
      });
    }),
  );
}

async function show(c: PublicContext, { copy, key, recipient }: Known): Promise<Response> {
  const { ctx, t, locale, group } = c.var;
  const db = dbFor(ctx.env, group);
  const [topics, refused, block] = await Promise.all([
    topicsOf(db),
    refusedTopics(db, recipient.personNo),
    blockOf(ctx, recipient),
  ]);
  const flash: FlashMessage | undefined =
    c.req.query("done") === "saved" ? { kind: "good", text: t("readers.preferences.saved") } : undefined;
  const page = (
    <PreferencePage
      {...{ t, locale, group, key, flash }}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
      isProof={copy.isProof}
      isOfMailing={copy.mailingNo !== 0}
      address={veiled(recipient.email ?? "")}
      isSubscribed={recipient.emailStatus === subscriptionStatus.subscribed}
      block={block}
      topics={topics.map((topic) => ({
        no: topic.no,
        name: topicName(topic, locale),
        description: topic.description,
        isWanted: !refused.has(topic.no),
      }))}
      weeklyMax={recipient.weeklyMax}
      pausedUntil={recipient.pausedUntil && recipient.pausedUntil > ctx.now ? recipient.pausedUntil : null}
      language={isLocale(recipient.language) ? recipient.language : locale}
      timeZone={group.timeZone}
    />
  );
  return privatePage(group, page, { headers: NO_TRACES, style: readersStyle });
}

async function save(c: PublicContext, mine: Known): Promise<Response> {
  const { ctx, group, locale } = c.var;
  const { copy, key, recipient } = mine;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const language = single(values, "language");
  if (!copy.isProof) {
    const db = dbFor(ctx.env, group);
    const topics = await topicsOf(db);
    await savePreferences(ctx, db, recipient.personNo, {
      pausedUntil: pauseOf(values, recipient, ctx.now),
      weeklyMax: weeklyChoices.find((most) => String(most) === single(values, "weekly")) ?? null,
      topics: wantedOf(values, topics),
    });
    if (isLocale(language) && language !== recipient.language) {
      const change = { name: "language", from: recipient.language ?? "", to: language };
      await editPerson(ctx, db, recipient.personNo, [change], null);
    }
    await subscribeAs(c, mine, single(values, "subscribed") === "yes");
  }
  return c.redirect(pageHref(key, "preferences", isLocale(language) ? language : locale, "&done=saved"), 303);
}

/** Of the topics the page had, not of those that came since. */
function wantedOf(values: FormValues, topics: readonly Topic[]): { shown: number[]; wanted: number[] } {
  const numbers = (name: string) => new Set([values[name] ?? []].flat());
  const [shown, wanted] = [numbers("shown"), numbers("topics")];
  const among = (asked: ReadonlySet<string>) =>
    topics.map(({ no }) => no).filter((no) => asked.has(String(no)));
  return { shown: among(shown), wanted: among(wanted) };
}

function pauseOf(values: FormValues, { pausedUntil }: Recipient, now: number): number | null {
  const said = single(values, "pause");
  if (said === "keep") return pausedUntil;
  const days = pauseDays.find((each) => String(each) === said);
  return days === undefined ? null : now + days * DAY_MS;
}

async function subscribeAs(c: PublicContext, { copy, recipient }: Known, wanted: boolean): Promise<void> {
  const { ctx, group } = c.var;
  const isOn = recipient.emailStatus === subscriptionStatus.subscribed;
  // The box is not offered to whoever's address is blocked, and so it is not sent: they say it by mail (own-word.ts).
  if (isOn === wanted || (await blockOf(ctx, recipient)) !== null) return;
  if (wanted) {
    await resubscribe(ctx, dbFor(ctx.env, group), recipient);
    return;
  }
  const { personNo, mailingNo } = copy;
  await leaveList(ctx, group, { personNo, mailingNo, cause: "page", reason: "", way: "preferences" });
}
