import { z } from "zod";
import { findAction } from "../actions/action";
import { cleanLine, cleanText } from "../actions/answer-text";
import { renderDescription } from "../actions/description";
import type { Problems } from "../actions/editing";
import { languageVersions } from "../actions/translation";
import type { Action } from "../actions/types";
import { recordAct } from "../groups/audit";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { countSigners } from "../intake/signers";
import type { Context } from "../platform/context";
import { type FormValues, single } from "../platform/forms";
import * as store from "./store";
import {
  type PetitionExtra,
  petitionExtra,
  SAID_BY_MAX,
  UPDATE_BODY_MAX,
  UPDATE_TITLE_MAX,
  UPDATES_MAX,
  UPDATES_ON_PAGE_MAX,
  type Update,
  updateSorts,
  type WrittenUpdate,
} from "./update-types";

const draft = z.object({
  sort: z.enum(updateSorts),
  title: z.string().min(1).max(UPDATE_TITLE_MAX),
  bodySource: z.string().max(UPDATE_BODY_MAX),
  saidBy: z.string().max(SAID_BY_MAX),
  happenedOn: z.union([z.literal(""), z.iso.date()]),
});

export type Posted = { is: "posted"; no: number } | { is: "invalid"; problems: Problems } | { is: "full" };

/** Puts an update on the petition's page. A delivery and a victory note how many signatures there were. */
export async function postUpdate(
  ctx: Context,
  group: Group,
  action: Action,
  { form, by }: { form: FormValues; by: number },
): Promise<Posted> {
  const read = draft.safeParse({
    sort: single(form, "sort"),
    title: cleanLine(single(form, "title")),
    bodySource: cleanText(single(form, "body")),
    saidBy: cleanLine(single(form, "saidBy")),
    happenedOn: cleanLine(single(form, "happenedOn")),
  });
  if (!read.success) return { is: "invalid", problems: problemsOf(read.error) };
  const { bodySource, happenedOn, ...said } = read.data;
  const body = renderDescription(bodySource);
  if (!body) return { is: "invalid", problems: { body: { key: "actions.problems.description" } } };
  if (said.sort === "response" && said.saidBy === "")
    return { is: "invalid", problems: { saidBy: { key: "petitions.updates.problems.saidBy" } } };
  const db = dbFor(ctx.env, group);
  const isCounted = said.sort === "delivery" || said.sort === "victory";
  const no = await store.insertUpdate(db, action.no, {
    ...said,
    bodySource,
    bodyHtml: body.html,
    happenedOn: happenedOn || null,
    signatureCount: isCounted ? await countSigners(db, action.no, { state: "counted" }) : null,
    postedBy: by,
    postedAt: ctx.now,
  });
  if (no === null) return { is: "full" };
  const detail = { sort: said.sort };
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by,
    act: "petition.updated",
    subject: action.id,
    detail,
  });
  return { is: "posted", no };
}

const fieldOf: Record<string, string> = { bodySource: "body" };

function problemsOf(error: z.ZodError): Problems {
  const problems: Problems = {};
  for (const issue of error.issues) {
    const name = String(issue.path[0] ?? "");
    const field = fieldOf[name] ?? name;
    if (issue.code === "too_big")
      problems[field] = { key: "actions.problems.tooLong", values: { count: Number(issue.maximum) } };
    else if (field === "happenedOn") problems[field] = { key: "petitions.updates.problems.date" };
    else problems[field] = { key: field === "sort" ? "actions.problems.choose" : "actions.problems.missing" };
  }
  return problems;
}

/** All updates of a petition for its organisers, those taken off the page among them. */
export function listUpdates(ctx: Context, group: Group, action: Action): Promise<Update[]> {
  return store.selectUpdates(dbFor(ctx.env, group), action.no, { limit: UPDATES_MAX, withRemoved: true });
}

/** All that stand on the page, for the public. */
export function shownUpdates(
  ctx: Context,
  group: Pick<Group, "no" | "shard">,
  actionNo: number,
): Promise<Update[]> {
  return store.selectUpdates(dbFor(ctx.env, group), actionNo, { limit: UPDATES_MAX, withRemoved: false });
}

/** Takes an update off the page, or puts it back. False when the petition has no such update. */
export function setShown(
  ctx: Context,
  group: Group,
  action: Action,
  change: { no: number; isShown: boolean; by: number },
): Promise<boolean> {
  const at = change.isShown ? null : ctx.now;
  return store.markRemoved(dbFor(ctx.env, group), action.no, change.no, { at, by: change.by });
}

/** An update that stands on the page of a live petition, to be brought to those who signed; null for any other. */
export async function updateToMail(
  ctx: Context,
  group: Group,
  actionId: string,
  updateNo: number,
): Promise<{ action: Action; update: WrittenUpdate } | null> {
  const action = await findAction(ctx, group, actionId);
  if (action?.kind !== "petition" || action.status === "draft") return null;
  const update = await store.selectUpdate(dbFor(ctx.env, group), action.no, updateNo);
  return update && update.removedAt === null ? { action, update } : null;
}

/** So long after one language version has the same news may follow in the others. */
const SAME_NEWS_MS = 2 * 86_400_000;

/**
 * The petition's other language versions: their numbers, since who signed one of them signed it, and the same news where it
 * stands on their pages too: of the same sort, written at about the same time, and in no mailing yet.
 */
export async function otherVersions(
  ctx: Context,
  group: Group,
  action: Action,
  update: Pick<Update, "sort" | "postedAt">,
): Promise<{ nos: number[]; news: { action: Action; update: WrittenUpdate }[] }> {
  const siblings = await languageVersions(ctx, group, action);
  const found = await Promise.all(siblings.map(({ id, no }) => sameNews(ctx, group, { id, no }, update)));
  return { nos: siblings.map(({ no }) => no), news: found.flatMap((one) => (one ? [one] : [])) };
}

async function sameNews(
  ctx: Context,
  group: Group,
  sibling: Pick<Action, "id" | "no">,
  { sort, postedAt }: Pick<Update, "sort" | "postedAt">,
) {
  const shown = await shownUpdates(ctx, group, sibling.no);
  const away = (one: Update) => Math.abs(one.postedAt - postedAt);
  const [same] = shown
    .filter((one) => one.sort === sort && one.mailing === null && away(one) <= SAME_NEWS_MS)
    .toSorted((one, other) => away(one) - away(other));
  return same ? updateToMail(ctx, group, sibling.id, same.no) : null;
}

/** Notes the mailing that does so. False when somebody has begun another one meanwhile. */
export function settleMailing(
  ctx: Context,
  group: Group,
  action: Action,
  { updateNo, mailingNo }: { updateNo: number; mailingNo: number },
): Promise<boolean> {
  return store.settleMailing(dbFor(ctx.env, group), action.no, updateNo, mailingNo);
}

/** What the page shows of them. */
export async function extraOfPetition(_ctx: Context, db: GroupDb, action: Action): Promise<PetitionExtra> {
  const updates = await store.selectUpdates(db, action.no, { limit: UPDATES_MAX, withRemoved: false });
  return petitionExtra.parse({
    updates: updates.slice(0, UPDATES_ON_PAGE_MAX),
    isWon: updates.some(({ sort }) => sort === "victory"),
    hasMore: updates.length > UPDATES_ON_PAGE_MAX,
  });
}

/** The same read back from a snapshot; nothing for one made before there were updates. */
export function readExtra(extra: unknown): PetitionExtra {
  const read = petitionExtra.safeParse(extra);
  return read.success ? read.data : { updates: [], isWon: false, hasMore: false };
}
