import { nameMailing, saveSettings, saveVersion } from "../mailings/mailing";
import type { Mailing, MailingSettings, Target } from "../mailings/types";
import type { Message } from "./message-document";
import { savedIn, statusOf } from "./message-document";
import type { MessageBody } from "./message-schema";
import { ApiError } from "./problem";
import type { ApiContext } from "./web";

type Asked = {
  body: MessageBody;
  target: Target | null | undefined;
  wrapperNo: number | undefined;
  by: number;
};

/**
 * Changes what a body says otherwise than the document does, so that a document put back whole changes nothing. The name and the
 * labels may change at any time, everything else while it is a draft: what is on its way is what was approved.
 */
export async function changeMessage(
  c: ApiContext,
  message: Message,
  asked: Asked,
): Promise<{ isRetargeted: boolean }> {
  const { ctx, caller } = c.var;
  const { mailing } = message;
  const words = wordsChanged(message, asked.body);
  const settings = settingsChanged(mailing, asked);
  const isRetargeted = asked.target !== undefined && !isShown(message, asked.target);
  if ((words || settings || isRetargeted) && mailing.status !== "draft") throw notADraft(mailing);
  if (words) {
    const saved = await saveVersion(ctx, caller.group, mailing, { no: asked.by }, words);
    if (saved.is === "not_a_draft") throw notADraft(mailing);
    if (saved.is === "locked")
      throw new ApiError(
        400,
        "body: its template is locked, and may be changed in the mailing's own editor only",
      );
    if (saved.is === "stale")
      throw new ApiError(503, "Somebody changed this message at the same moment, please try again", 1);
  }
  if (settings || isRetargeted) {
    const target = isRetargeted ? { target: asked.target ?? null } : {};
    const isSaved = await saveSettings(ctx, caller.group, mailing, { settings: settings ?? {}, ...target });
    if (!isSaved) throw notADraft(mailing);
  }
  await nameAnew(c, mailing, asked.body);
  return { isRetargeted };
}

function wordsChanged({ version, body }: Message, asked: MessageBody) {
  const fromName = asked.from ?? version.fromName;
  const subject = asked.subject ?? version.subject;
  const isRewritten = asked.body !== undefined && asked.body !== body;
  if (fromName === version.fromName && subject === version.subject && !isRewritten) return null;
  const written = isRewritten
    ? { form: "html" as const, body: asked.body ?? "", plain: null, amp: null }
    : {};
  return { ...version, fromName, subject, ...written };
}

function settingsChanged({ settings }: Mailing, { body, wrapperNo }: Asked): Partial<MailingSettings> | null {
  const replyTo = body.reply_to ?? settings.replyTo;
  const wrapper = wrapperNo ?? settings.wrapperNo;
  if (replyTo === settings.replyTo && wrapper === settings.wrapperNo) return null;
  return { replyTo, wrapperNo: wrapper };
}

/** Whether a target is what the document shows: audiences that are not shown, and what an organiser built otherwise, are kept with it. */
function isShown({ targets }: Message, asked: Target | null): boolean {
  const nos = new Set(savedIn(asked) ?? []);
  return nos.size === targets.length && targets.every(({ no }) => nos.has(no));
}

async function nameAnew(c: ApiContext, mailing: Mailing, { name, tag_list }: MessageBody): Promise<void> {
  const internalTitle = name ?? mailing.internalTitle;
  const tags = tag_list ?? mailing.tags;
  const isSame = internalTitle === mailing.internalTitle && tags.join("\n") === mailing.tags.join("\n");
  if (isSame) return;
  const { ctx, caller } = c.var;
  if (mailing.status === "draft" && (await saveSettings(ctx, caller.group, mailing, { internalTitle, tags })))
    return;
  const { note } = mailing.settings;
  await nameMailing(ctx, caller.group, mailing, { internalTitle, tags, note });
}

function notADraft(mailing: Mailing): ApiError {
  return new ApiError(
    400,
    `Only the name and tag_list of a message can be changed once it is no draft; this one is ${statusOf(mailing, true)}`,
  );
}
