import { sendMailing, stopMailing, takeBack } from "../delivery/delivery";
import type { SendProblem, SendResult } from "../delivery/types";
import { recordAct } from "../groups/audit";
import { checkVersions, problemWords } from "../mailings/content";
import { versionsOf, wrapperOf } from "../mailings/mailing";
import type { Mailing } from "../mailings/types";
import { translator } from "../ui/i18n";
import { checked, readBody } from "./body";
import { answer } from "./hal";
import { type Message, statusOf } from "./message-document";
import { scheduleBody } from "./message-schema";
import { momentIn } from "./moment";
import { ApiError } from "./problem";
import type { ApiContext } from "./web";

/** A schedule further away is a slip of the pen. */
const AHEAD_MAX_MS = 400 * 86_400_000;
/** A refusal names so many faults at most. */
const FAULTS_MAX = 5;

/** `POST …/send`: it leaves after the minutes in which the group can take it back. */
export async function sendNow(c: ApiContext, message: Message, by: number): Promise<Response> {
  const sent = await send(c, message, { by, startAt: null });
  return answer(c, { message: sent ?? "Your email has been sent." });
}

/** `POST …/schedule`, under either name of the date. */
export async function schedule(c: ApiContext, message: Message, by: number): Promise<Response> {
  const body = checked(scheduleBody, await readBody(c));
  const startAt = momentIn(body.scheduled_start_date ?? body.scheduled_date ?? "");
  if (startAt === null)
    throw new ApiError(400, "scheduled_start_date must be a date such as 2030-01-31T12:00:00Z");
  const { now } = c.var.ctx;
  if (startAt <= now) throw new ApiError(400, "scheduled_start_date must be in the future");
  if (startAt > now + AHEAD_MAX_MS)
    throw new ApiError(400, "scheduled_start_date is more than 400 days away");
  const sent = await send(c, message, { by, startAt });
  return answer(c, { message: sent ?? "Your message has been scheduled" });
}

/** Has it sent. @returns other words where somebody must agree first, else null. Refuses with the reason. */
async function send(
  c: ApiContext,
  message: Message,
  how: { by: number; startAt: number | null },
): Promise<string | null> {
  const { ctx, caller } = c.var;
  const { mailing } = message;
  await refuseUnready(c, message);
  await note(c, mailing, how.by, how.startAt === null ? "send" : "schedule");
  const result = await sendMailing(ctx, caller.group, mailing, how);
  if (result.is === "scheduled") return null;
  if (result.is === "needs_approval")
    return result.from === "colleague"
      ? "Your email waits until another member of the group approves it"
      : "Your email waits until the operators approve the group's first large one";
  throw new ApiError(400, refusal(result));
}

/** What the contract asks for before anything is sent, and what the composer asks for: the words must be fit to be sent. */
async function refuseUnready(c: ApiContext, { mailing, version, body }: Message): Promise<void> {
  const { ctx, caller } = c.var;
  if (mailing.status !== "draft")
    throw new ApiError(400, `Only a draft can be sent; this message is ${statusOf(mailing, true)}`);
  const needed = {
    subject: version.subject,
    body,
    from: version.fromName,
    reply_to: mailing.settings.replyTo,
  };
  const missing = Object.entries(needed).flatMap(([name, value]) => (value.trim() === "" ? [name] : []));
  if (missing.length > 0) throw new ApiError(400, `A message needs ${missing.join(", ")} before it is sent`);
  if (!mailing.target) throw new ApiError(400, "A message needs targets before it is sent");
  const [versions, wrapper] = await Promise.all([
    versionsOf(caller.db, mailing.no),
    wrapperOf(caller.db, mailing.settings.wrapperNo),
  ]);
  const problems = await checkVersions(ctx, caller.group, mailing, versions, wrapper);
  const faults = problems.filter(({ isError }) => isError).slice(0, FAULTS_MAX);
  if (faults.length === 0) return;
  const words = faults.map((fault) => problemWords(translator("en"), fault));
  throw new ApiError(400, words.map(({ where, what }) => `${where}: ${what}`).join(" "));
}

const problems: Record<SendProblem, string> = {
  no_audience: "A message needs targets before it is sent",
  nobody: "Nobody would get this message: none of its targets may be mailed",
  no_subject: "A message needs subject before it is sent",
  group_closed: "This group is closed",
  no_postal_address: "The group needs a postal address in its settings before it sends anything",
};

function refusal(result: Exclude<SendResult, { is: "scheduled" | "needs_approval" }>): string {
  switch (result.is) {
    case "not_a_draft":
      return "Only a draft can be sent; this message is one no longer";
    case "over_ceiling":
      return `Whoever made this API key may send to ${result.ceiling} people at most; this message has ${result.recipients}`;
    case "over_quota":
      return `The group may send ${result.left} more mails today, of ${result.daily}; this message has ${result.recipients} recipients`;
    case "problems":
      return result.problems.map((problem) => problems[problem]).join(". ");
    case "counting":
      return "The recipients of this message are still being counted; send it again in a moment";
  }
}

/** `DELETE …/send`: who has it keeps it, nobody else gets it. What has not begun is a draft again. */
export async function stopSending(c: ApiContext, mailing: Mailing, by: number): Promise<Response> {
  const { ctx, caller } = c.var;
  if (mailing.status === "draft" || mailing.status === "sent" || mailing.status === "stopped")
    throw new ApiError(400, `This message is not being sent; it is ${statusOf(mailing, true)}`);
  await note(c, mailing, by, "stop");
  const isDone =
    (await takeBack(ctx, caller.group, mailing, { by })) ||
    (await stopMailing(ctx, caller.group, mailing, { by }));
  if (!isDone) throw new ApiError(400, "This message is not being sent");
  return answer(c, { message: "Your email has been stopped." });
}

/** `DELETE …/schedule`: it is a draft again. */
export async function cancelSchedule(c: ApiContext, mailing: Mailing, by: number): Promise<Response> {
  const { ctx, caller } = c.var;
  if (mailing.status !== "scheduled" && mailing.status !== "waiting")
    throw new ApiError(400, `This message is not scheduled; it is ${statusOf(mailing, true)}`);
  await note(c, mailing, by, "cancel");
  if (!(await takeBack(ctx, caller.group, mailing, { by })))
    throw new ApiError(400, "This message is not scheduled any more");
  return answer(c, { message: "Your message scheduling has been canceled" });
}

/** Which key asked: what follows is written down as its maker's. */
function note(c: ApiContext, { id }: Mailing, by: number, asked: string): Promise<void> {
  const { ctx, caller } = c.var;
  const { no, name } = caller.key;
  return recordAct(ctx, {
    ...{ groupNo: caller.group.no, accountNo: by, act: "mailing.asked_by_key", subject: id },
    detail: { asked, key: name, keyNo: no },
  });
}
