import type { z } from "zod";
import { forgetExpired } from "./accounts/account";
import { askForOverdueRequests, runRequest } from "./api/background";
import { apiRequestDue } from "./api/background-types";
import { giveSaidTags, tagsSaid } from "./api/said-tags";
import { apiApp } from "./app";
import { taggingSteps } from "./audiences/tagging";
import { forgetOldChanges } from "./changes/change";
import { wakeChats, wakeChatsOf } from "./connections/chat";
import { forgetOldPayloads } from "./connections/hook";
import { sendPage, wakeOpenMailings } from "./delivery/delivery";
import { mailingPage, recipientRefused } from "./delivery/types";
import { noticePage, sendNotices } from "./events/notice";
import { mailAboutGift } from "./fundraisers/mails";
import { groupStatusChanged } from "./groups/messages";
import { receiveAgain } from "./inbound/email";
import { emptyOldKept } from "./inbound/kept";
import { refusedAtOnce } from "./inbound/refused";
import { copyReported } from "./inbound/service-report";
import { sunsetSteps } from "./inbound/sunset";
import { mailDue } from "./inbound/types";
import {
  afterwardsDue,
  askForAfterwards,
  doWhatIsDue,
  findMissingAfterwards,
  runAfterwards,
} from "./intake/afterwards";
import type { FollowUp, WhenDue } from "./intake/home-object";
import { participationsRecorded } from "./intake/messages";
import { kinds } from "./kinds";
import { letterReturned } from "./letters/returned";
import { forgetOldMergeRows } from "./merging/merge-file";
import { emptyOldDead, storeDead } from "./operations/dead-letter";
import { noteBatch, noteFailure } from "./operations/operation";
import { forgetOldUploads } from "./paper/upload";
import { runTestBank } from "./payments/dev-routes";
import { seeToGifts } from "./payments/holding";
import { testBankDue } from "./payments/messages";
import type { PaymentFollower } from "./payments/payments-object";
import { askToIndexNews, indexDue, indexPeople } from "./people/search-index";
import { peopleSteps } from "./people/steps";
import { askForOverdue, runWork, workDue } from "./people/work";
import type { Context } from "./platform/context";
import { mailEvent } from "./platform/mail/events";
import { mailQueued } from "./platform/mail/messages";
import { sendQueued } from "./platform/mail/queued";
import { privacySteps } from "./privacy/steps";
import { pointSteps, tellPointPeople } from "./profiles/point-digest";
import { findMissingReceipts, onParticipationsRecorded, sendReceipts } from "./receipts/receipt";
import { receiptPage } from "./receipts/types";
import { tellReports } from "./reports/news";
import { recheckDomains } from "./senders/domain";
import { wakeSeries } from "./series/series";
import { storeViews } from "./statistics/view";
import { askToConfirm, findMissingConfirmations, remindToConfirm } from "./subscriptions/confirmation";
import { forgetOldDeliveries, wakeAfterStatus, wakeSleepers, wakeWebhooks } from "./webhooks/webhook";

/** A message type and the feature function that handles it. Each may be handed the same message again. */
type Job<S extends z.ZodType> = { message: S; run(ctx: Context, message: z.infer<S>): Promise<unknown> };

function job<S extends z.ZodType>(message: S, run: Job<S>["run"]) {
  return async (ctx: Context, body: unknown): Promise<boolean> => {
    const parsed = message.safeParse(body);
    if (!parsed.success) return false;
    await run(ctx, parsed.data);
    return true;
  };
}

/** What follows each queue's messages. A listener of an event that may fail by itself gets a message of its own. */
const jobs: Record<string, ReturnType<typeof job>[]> = {
  "groundswell-events": [
    job(participationsRecorded, (ctx, news) =>
      Promise.all([
        onParticipationsRecorded(ctx, news),
        askToConfirm(ctx, news),
        askForAfterwards(ctx, news, kinds),
        askToIndexNews(
          ctx,
          { no: news.target.groupNo, shard: news.target.shard },
          news.people.map(([no]) => no),
        ),
        tellReports(ctx, news),
        // They look by themselves as well: for a wake that fails nobody else's part is done again.
        wakeWebhooks(ctx, { ...news.target, no: news.target.groupNo }).catch((error: unknown) =>
          ctx.log.error("webhooks.wake", error, { groupNo: news.target.groupNo }),
        ),
        tellPointPeople(ctx, news),
      ]),
    ),
    job(afterwardsDue, (ctx, due) => runAfterwards(ctx, due, kinds)),
    job(groupStatusChanged, (ctx, news) =>
      Promise.all([seeToGifts(ctx, news), wakeChatsOf(ctx, news), wakeAfterStatus(ctx, news)]),
    ),
    job(testBankDue, runTestBank),
    job(apiRequestDue, (ctx, due) => runRequest(ctx, due, apiApp)),
    job(tagsSaid, giveSaidTags),
  ],
  "groundswell-mail": [job(mailQueued, sendQueued)],
  "groundswell-receipts": [
    job(receiptPage, (ctx, page) => sendReceipts(ctx, page, kinds)),
    job(noticePage, sendNotices),
  ],
  "groundswell-mailings": [job(mailingPage, sendPage)],
  "groundswell-mail-events": [
    // A copy of a mailing names itself; all else may be a letter.
    job(mailEvent, async (ctx, event) => (await copyReported(ctx, event)) || letterReturned(ctx, event)),
    job(mailDue, receiveAgain),
    job(recipientRefused, refusedAtOnce),
  ],
  "groundswell-work": [
    job(indexDue, indexPeople),
    job(workDue, (ctx, due) =>
      runWork(ctx, due, { ...peopleSteps, ...privacySteps, ...sunsetSteps, ...pointSteps, ...taggingSteps }),
    ),
  ],
};

/** What an action's home looks for in the rows, in case the messages were lost. */
export const followUps: FollowUp[] = [
  findMissingReceipts,
  findMissingConfirmations,
  (ctx, window) => findMissingAfterwards(ctx, window, kinds),
];

/** Who is told what becomes of a payment. */
export const paymentFollowers: PaymentFollower[] = [mailAboutGift];

/** What the clock brings to an action. */
export const whenDue: WhenDue = (ctx, target) => doWhatIsDue(ctx, target, kinds);

/** Stored as one: see `storeViews`. What cannot be stored for hours is given up; nobody is owed an approximate number. */
const VIEWS = "groundswell-views";
const VIEWS_RETRY_SECONDS = 60;
/** How the name of a dead-letter queue ends. */
const DEAD = "-dead";
const FIRST_RETRY_SECONDS = 5;
const RETRY_SECONDS_MAX = 600;

/** Handles one batch, message by message: one that fails is tried again alone, later each time, and at last dies. */
export async function consume(ctx: Context, batch: MessageBatch): Promise<void> {
  if (batch.queue.endsWith(DEAD)) return storeDead(ctx, batch);
  if (batch.queue === VIEWS) return consumeViews(ctx, batch);
  const candidates = jobs[batch.queue];
  if (!candidates) throw new Error(`no job for the queue ${batch.queue}`);
  let retried = 0;
  for (const message of batch.messages) {
    try {
      if (!(await runFirst(candidates, ctx, message.body))) throw new Error("a message of no known type");
      message.ack();
    } catch (error) {
      retried += 1;
      ctx.log.error("job.failed", error, {
        queue: batch.queue,
        messageId: message.id,
        attempts: message.attempts,
      });
      noteFailure(ctx, "job.failed", error);
      const delaySeconds = Math.min(FIRST_RETRY_SECONDS * 2 ** (message.attempts - 1), RETRY_SECONDS_MAX);
      message.retry({ delaySeconds });
    }
  }
  noteBatch(ctx, batch, retried);
}

async function consumeViews(ctx: Context, batch: MessageBatch): Promise<void> {
  const failed = await storeViews(ctx, batch.messages);
  for (const message of failed) message.retry({ delaySeconds: VIEWS_RETRY_SECONDS });
  noteBatch(ctx, batch, failed.length);
}

async function runFirst(candidates: ReturnType<typeof job>[], ctx: Context, body: unknown): Promise<boolean> {
  for (const run of candidates) if (await run(ctx, body)) return true;
  return false;
}

/** What the hourly line of wrangler.toml asks for. Nothing that must happen waits for it: no cron fires on a laptop. */
export async function tick(ctx: Context): Promise<void> {
  const done = await Promise.allSettled([
    askForOverdue(ctx),
    forgetExpired(ctx),
    emptyOldDead(ctx),
    emptyOldKept(ctx),
    forgetOldUploads(ctx),
    forgetOldPayloads(ctx),
    remindToConfirm(ctx),
    wakeOpenMailings(ctx),
    wakeSeries(ctx),
    recheckDomains(ctx),
    askForOverdueRequests(ctx),
  ]);
  // What asks for much comes last, so that an invocation that runs out of queries has done the rest.
  for (const sweep of [wakeSleepers, wakeChats, forgetOldChanges, forgetOldDeliveries, forgetOldMergeRows])
    await sweep(ctx).catch((error: unknown) => ctx.log.error("tick.failed", error, { sweep: sweep.name }));
  for (const one of done) if (one.status === "rejected") throw one.reason;
}
