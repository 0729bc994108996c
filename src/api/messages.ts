import { Hono } from "hono";
import { listAudiences, type SavedAudience } from "../audiences/audience";
import { accountBehind } from "../keys/key";
import { createWritten, listMailings, mailingById, versionsOf, wrapperOf } from "../mailings/mailing";
import type { Mailing, MailingId, MailingVersion, WrapperId } from "../mailings/types";
import { wrapperById } from "../mailings/wrapper";
import { parseId } from "../platform/ids";
import { figuresOf } from "../results/figures";
import { lastFigures, resultsOf } from "../results/result";
import type { Figures } from "../results/types";
import { checked, readBody } from "./body";
import { type Asked, answerCollection } from "./collection";
import { claimIdentifiers, findByIdentifier, foreignIn, identifiersOf, refuseTaken } from "./foreign";
import { answerItem, idInLink } from "./hal";
import { changeMessage } from "./message-change";
import { bodyOf, countedOf, hasLeft, type Message, messageItem, savedIn, targetOf } from "./message-document";
import { type MessageBody, messageBody } from "./message-schema";
import { cancelSchedule, schedule, sendNow, stopSending } from "./message-sending";
import { ApiError, notFound } from "./problem";
import { countMailings, lastOfSkipped } from "./store-messages";
import type { ApiContext, ApiEnv } from "./web";

/** What one request waits for the audiences of messages to be counted; what is not whole by then is "calculating". */
const COUNT_MS = 1_000;

/**
 * Messages: all mailings of the group that stand in its lists, whoever wrote them (osdi-api.md §4.20). A client sees and writes the
 * first variant in the group's language; what else a mailing has, alternates among it, is kept.
 */
export const messageRoutes = new Hono<ApiEnv>({ strict: false });

messageRoutes.get("/messages", async (c) => {
  const { base, caller } = c.var;
  return answerCollection(c, {
    ...{ path: "/messages", rel: "osdi:messages", fields: [] },
    find: (asked) => findMessages(c, asked),
    render: (message: Message) => messageItem(base, caller, message),
  });
});

messageRoutes.get("/messages/:id", async (c) => answerMessage(c, await messageIn(c)));

messageRoutes.post("/messages", async (c) => {
  const { ctx, caller } = c.var;
  const body = checked(messageBody, await readBody(c));
  const foreign = foreignIn(body.identifiers);
  // Whoever posts what they made before means that one.
  const known = await findByIdentifier<MailingId>(caller.db, "message", foreign);
  const before = known && (await mailingById(caller.db, known));
  if (before) return change(c, before, body);
  await refuseTaken(caller.db, "message", null, foreign);
  const [by, target, wrapper] = [await actingAs(c), await targetIn(c, body), await wrapperIn(c, body)];
  const mailing = await createWritten(
    ctx,
    caller.group,
    { no: by },
    {
      ...{ internalTitle: body.name ?? "", tags: body.tag_list ?? [], target: target ?? null },
      settings: { replyTo: body.reply_to ?? "", ...(wrapper === undefined ? {} : { wrapperNo: wrapper }) },
      ...{ fromName: body.from ?? "", subject: body.subject ?? "", form: "html", body: body.body ?? "" },
    },
  );
  await claimIdentifiers(caller.db, "message", mailing.id, foreign, ctx.now);
  return answerMessage(c, mailing, 0);
});

messageRoutes.on(["PUT", "POST"], "/messages/:id", async (c) => {
  const mailing = await messageIn(c);
  return change(c, mailing, checked(messageBody, await readBody(c)));
});

async function change(c: ApiContext, mailing: Mailing, body: MessageBody): Promise<Response> {
  const { ctx, caller } = c.var;
  const foreign = foreignIn(body.identifiers);
  await refuseTaken(caller.db, "message", mailing.id, foreign);
  const changed = await changeMessage(c, await messageOf(c, mailing, SILENT), {
    ...{ body, by: await actingAs(c) },
    target: await targetIn(c, body),
    wrapperNo: await wrapperIn(c, body),
  });
  await claimIdentifiers(caller.db, "message", mailing.id, foreign, ctx.now);
  const now = (await mailingById(caller.db, mailing.id)) ?? mailing;
  return answerMessage(c, now, changed.isRetargeted ? 0 : COUNT_MS);
}

messageRoutes.post("/messages/:id/send", async (c) =>
  sendNow(c, await messageOf(c, await messageIn(c), SILENT), await actingAs(c)),
);
messageRoutes.delete("/messages/:id/send", async (c) =>
  stopSending(c, await messageIn(c), await actingAs(c)),
);
messageRoutes.post("/messages/:id/schedule", async (c) =>
  schedule(c, await messageOf(c, await messageIn(c), SILENT), await actingAs(c)),
);
messageRoutes.delete("/messages/:id/schedule", async (c) =>
  cancelSchedule(c, await messageIn(c), await actingAs(c)),
);

/** Of a message that is looked at and not shown. */
const SILENT: Known = { budgetMs: 0, figures: null, audiences: null, foreign: [] };

/** The mailing of the address; 404 for one the group does not have. */
async function messageIn(c: ApiContext): Promise<Mailing> {
  const text = c.req.param("id") ?? "";
  const id = parseId<MailingId>(text);
  const mailing = id && (await mailingById(c.var.caller.db, id));
  if (!mailing) throw notFound("message", text);
  return mailing;
}

/** Whoever made the key answers for what it does: their ceiling holds, and they cannot approve what it asks for. */
async function actingAs(c: ApiContext): Promise<number> {
  const { ctx, caller } = c.var;
  const by = await accountBehind(ctx, caller.group, caller.key.no);
  if (by === null) throw new ApiError(403, "This API key is not valid any more");
  return by;
}

type Known = {
  budgetMs: number;
  figures: Figures | null;
  audiences: readonly SavedAudience[] | null;
  foreign: readonly string[];
};

/** Everything a document is made from. @param known what was read for several messages at once */
async function messageOf(c: ApiContext, mailing: Mailing, known: Known): Promise<Message> {
  const { ctx, caller } = c.var;
  const version = await firstVersion(c, mailing);
  const [body, audiences, wrapper, counted] = await Promise.all([
    bodyOf(ctx, caller, mailing, version),
    known.audiences ?? listAudiences(caller.db),
    wrapperOf(caller.db, mailing.settings.wrapperNo),
    countedOf(ctx, caller, mailing, known.budgetMs),
  ]);
  const nos = savedIn(mailing.target) ?? [];
  const targets = nos.flatMap((no) => audiences.find((each) => each.no === no && each.isShared) ?? []);
  const { figures, foreign } = known;
  return { mailing, version, body, targets, wrapperId: wrapper?.id ?? null, counted, figures, foreign };
}

/** The first variant, in the group's language if it is there. */
async function firstVersion(c: ApiContext, { no }: Mailing): Promise<MailingVersion> {
  const { db, group } = c.var.caller;
  const versions = await versionsOf(db, no);
  const first = versions.filter(({ variantNo }) => variantNo === 1);
  const version = first.find(({ language }) => language === group.locale) ?? first[0];
  if (!version) throw new Error("a mailing has no words");
  return version;
}

async function answerMessage(c: ApiContext, mailing: Mailing, budgetMs = COUNT_MS): Promise<Response> {
  const { ctx, base, caller } = c.var;
  const results = hasLeft(mailing) ? await resultsOf(ctx, caller.group, mailing) : null;
  const figures = results && figuresOf(results.tally);
  const foreign = (await identifiersOf(caller.db, "message", [mailing.id])).get(mailing.id) ?? [];
  const message = await messageOf(c, mailing, { budgetMs, figures, audiences: null, foreign });
  return answerItem(c, messageItem(base, caller, message));
}

/** A page of them, the newest first. Its numbers are those counted last; who opens one message has it counted. */
async function findMessages(c: ApiContext, { limit, skip, after }: Asked) {
  const { caller } = c.var;
  const before = after === null ? await beforeSkipped(c, skip) : Number(after) || 0;
  const [mailings, total, audiences] = await Promise.all([
    before === 0 ? [] : listMailings(caller.db, { before, limit }),
    countMailings(caller.db),
    listAudiences(caller.db),
  ]);
  const ids = mailings.map(({ id }) => id);
  const named = await identifiersOf(caller.db, "message", ids);
  const left = mailings.filter(hasLeft).map(({ no }) => no);
  const figures = left.length === 0 ? new Map<number, Figures>() : await lastFigures(caller.db, left);
  const until = Date.now() + COUNT_MS;
  const rows: Message[] = [];
  for (const mailing of mailings) {
    const known = { figures: figures.get(mailing.no) ?? null, foreign: named.get(mailing.id) ?? [] };
    rows.push(await messageOf(c, mailing, { ...known, budgetMs: until - Date.now(), audiences }));
  }
  return { rows, cursor: mailings.at(-1)?.no.toString() ?? null, total };
}

/** Where the page after so many begins: null for the first, 0 past the end. */
async function beforeSkipped(c: ApiContext, skip: number): Promise<number | null> {
  return skip === 0 ? null : ((await lastOfSkipped(c.var.caller.db, skip)) ?? 0);
}

/** The target a body asks for; undefined when it says nothing. Refuses links that lead to no shared saved audience of the group. */
async function targetIn(c: ApiContext, { targets }: MessageBody) {
  if (targets === undefined) return undefined;
  const known = targets.length === 0 ? [] : await listAudiences(c.var.caller.db);
  const nos = targets.map((target) => {
    const id = idInLink({ target: "href" in target ? target.href : target.url }, "target") ?? "";
    const found = known.find((each) => each.id === id.toLowerCase() && each.isShared);
    if (!found) throw new ApiError(400, `targets: Couldn't find query with id = ${id.slice(0, 80)}`);
    return found.no;
  });
  return targetOf([...new Set(nos)]);
}

/** The number of the wrapper a body links to; undefined when it links to none. */
async function wrapperIn(c: ApiContext, { _links }: MessageBody): Promise<number | undefined> {
  const text = idInLink(_links, "osdi:wrapper");
  if (text === null) return undefined;
  const id = parseId<WrapperId>(text);
  const wrapper = id && (await wrapperById(c.var.caller.db, id));
  if (!wrapper) throw new ApiError(400, `Couldn't find wrapper with id = ${text.slice(0, 80)}`);
  return wrapper.no;
}
