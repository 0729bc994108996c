import { Hono, type Context as HonoContext } from "hono";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan, memberFrame } from "../groups/web";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import { locales } from "../ui/i18n";
import { confirmationNumbers } from "./confirmation";
import * as topics from "./topic";
import { TopicPage, TopicsPage, type TopicValues } from "./topic-views";
import { TOPIC_DESCRIPTION_MAX, TOPIC_NAME_MAX, TOPICS_MAX } from "./types";

const BYTES_MAX = 20_000;
const PATH = "/groups/:group/mailings/topics";
const NUMBER = /^[1-9]\d{0,8}$/;
const dones = ["added", "saved", "archived", "restored"] as const;

type C = HonoContext<MemberEnv>;

/** The topics of a group: what it writes about, in the order in which people see them. */
export const topicRoutes = new Hono<MemberEnv>()
  .get(PATH, memberCan("mailings.view"), (c) => listPage(c, {}))
  .post(PATH, memberCan("mailings.edit"), async (c) => {
    const { ctx, group } = c.var;
    const { values, errors } = read(c, (await readForm(c.req.raw, { bytesMax: BYTES_MAX })).values);
    if (Object.keys(errors).length > 0) return listPage(c, { values, errors });
    const added = await topics.addTopic(ctx, dbFor(ctx.env, group), values);
    return added === "added" ? back(c, "added") : listPage(c, { values, errors: problem(c, added) });
  })
  .get(`${PATH}/:topic`, memberCan("mailings.edit"), async (c) => topicPage(c, await topicOf(c), {}))
  .post(`${PATH}/:topic`, memberCan("mailings.edit"), async (c) => {
    const { ctx, group } = c.var;
    const topic = await topicOf(c);
    const { values, errors } = read(c, (await readForm(c.req.raw, { bytesMax: BYTES_MAX })).values);
    if (Object.keys(errors).length > 0) return topicPage(c, topic, { values, errors });
    const saved = await topics.saveTopic(dbFor(ctx.env, group), topic.no, values);
    return saved === "saved" ? back(c, "saved") : topicPage(c, topic, { values, errors: problem(c, saved) });
  })
  .post(`${PATH}/:topic/rise`, memberCan("mailings.edit"), async (c) => {
    const { ctx, group } = c.var;
    await topics.raiseTopic(dbFor(ctx.env, group), (await topicOf(c)).no);
    return back(c, "saved");
  })
  .post(`${PATH}/:topic/archival`, memberCan("mailings.edit"), async (c) => {
    const { ctx, group } = c.var;
    await topics.archiveTopic(ctx, dbFor(ctx.env, group), (await topicOf(c)).no);
    return back(c, "archived");
  })
  .post(`${PATH}/:topic/restoration`, memberCan("mailings.edit"), async (c) => {
    const { ctx, group } = c.var;
    const restored = await topics.restoreTopic(dbFor(ctx.env, group), (await topicOf(c)).no);
    return restored === "restored" ? back(c, "restored") : listPage(c, { errors: problem(c, restored) });
  });

function back(c: C, done: (typeof dones)[number]): Response {
  return c.redirect(`/groups/${c.var.group.slug}/mailings/topics?done=${done}`, 303);
}

function problem(c: C, is: "taken" | "too_many"): FieldErrors {
  return { name: c.var.t(`readers.topics.problems.${is}`, { count: TOPICS_MAX }) };
}

function read(c: C, form: FormValues): { values: TopicValues; errors: FieldErrors } {
  const line = (name: string, most: number) => cleanLine(single(form, name)).slice(0, most);
  const name = line("name", TOPIC_NAME_MAX);
  const named = locales.map((locale) => [locale, line(`name-${locale}`, TOPIC_NAME_MAX)] as const);
  const names = Object.fromEntries(named.filter(([, text]) => text !== ""));
  const values = { name, description: line("description", TOPIC_DESCRIPTION_MAX), names };
  return { values, errors: name === "" ? { name: c.var.t("readers.topics.problems.name") } : {} };
}

/** The topic the address names; another group's is none. */
async function topicOf(c: C): Promise<topics.Topic> {
  const no = c.req.param("topic") ?? "";
  const { ctx, group } = c.var;
  const topic = NUMBER.test(no) ? await topics.topicByNo(dbFor(ctx.env, group), Number(no)) : null;
  if (!topic) throw new AppError("not_found");
  return topic;
}

type Shown = { values?: TopicValues; errors?: FieldErrors };

async function listPage(c: C, { values, errors = {} }: Shown): Promise<Response> {
  const { ctx, t, locale, group, role } = c.var;
  const db = dbFor(ctx.env, group);
  const isConfirmed = group.settings.mail.doubleOptIn;
  const [all, numbers, confirmations] = await Promise.all([
    topics.allTopics(db),
    topics.topicNumbers(db),
    isConfirmed ? confirmationNumbers(db) : null,
  ]);
  const done = dones.find((name) => name === c.req.query("done"));
  const flash: FlashMessage | undefined = done && { kind: "good", text: t(`readers.topics.done.${done}`) };
  const page = (
    <TopicsPage
      {...{ t, locale, group, flash, errors, numbers, confirmations }}
      frame={await memberFrame(c)}
      topics={all}
      values={values ?? { name: "", description: "", names: {} }}
      mayEdit={can(role, "mailings.edit")}
    />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}

async function topicPage(c: C, topic: topics.Topic, { values, errors = {} }: Shown): Promise<Response> {
  const { t, locale, group } = c.var;
  const page = (
    <TopicPage
      {...{ t, locale, group, topic, errors }}
      frame={await memberFrame(c)}
      values={values ?? topic}
    />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}
