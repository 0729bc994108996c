import { z } from "zod";
import type { Account } from "../accounts/account";
import type { Context } from "../platform/context";
import { fieldErrors } from "../platform/forms";
import { signToken, verifyToken } from "../platform/tokens";
import { recordAct } from "./audit";
import { type CssProblem, scopeCss } from "./look-css";
import { renderWrapper } from "./look-html";
import { looksOf, saveDraftLook, saveLiveLook } from "./store-looks";
import { publishSite } from "./tenant";
import { type Group, type GroupSettings, type Look, lookForm } from "./types";

/** What pages are made with. */
type Made = Pick<GroupSettings, "accent" | "font" | "headerHtml" | "footerHtml" | "css">;

/** What is wrong with a field: the end of a key, and the piece it is about. */
export type LookProblem = { problem: string; piece: string };

export type CheckedLook =
  | { is: "valid"; look: Look; made: Made; removed: string[] }
  | { is: "invalid"; problems: Record<string, LookProblem> };

/** Reads the form of a group's looks: what is kept of it and what pages are made with, or what is wrong with which field. */
export function checkLook(typed: Record<string, string>): CheckedLook {
  const parsed = lookForm.safeParse(typed);
  const problems: Record<string, LookProblem> = {};
  const wrong = (field: string, problem: string, piece = "") => {
    problems[field] ??= { problem, piece };
  };
  if (!parsed.success) {
    for (const [field, problem] of Object.entries(fieldErrors(parsed.error))) wrong(field, problem);
    return { is: "invalid", problems };
  }
  const header = renderWrapper(parsed.data.header);
  const footer = renderWrapper(parsed.data.footer);
  const css = scopeCss(parsed.data.css);
  if (header.problem !== "") wrong("header", header.problem);
  if (footer.problem !== "") wrong("footer", footer.problem);
  if (!css.ok) wrong("css", css.problem satisfies CssProblem, css.piece);
  if (Object.keys(problems).length > 0 || !css.ok) return { is: "invalid", problems };
  const { accent, font } = parsed.data;
  const look = { ...parsed.data, header: header.html, footer: footer.html };
  const made = { accent, font, headerHtml: header.html, footerHtml: footer.html, css: css.css };
  return { is: "valid", look, made, removed: [...new Set([...header.removed, ...footer.removed])] };
}

export type Looks = { live: Look; draft: Look | null; previous: Look | null };

/** The looks of a group: as shown now, as it is being tried out, and as it was before. */
export async function readLooks(ctx: Context, group: Group): Promise<Looks> {
  const { live, draft, previous } = await looksOf(ctx.directory, group.no);
  // The colour of a group of before looks had versions stands in its settings alone.
  return { live: live ?? bare(group), draft, previous };
}

function bare({ settings: { accent, font } }: Group): Look {
  return { accent, font, header: "", footer: "", css: "" };
}

/** Keeps looks to be tried out in the preview; null forgets them. Nobody but its organisers sees them. */
export async function tryLook(ctx: Context, group: Group, look: Look | null): Promise<void> {
  await saveDraftLook(ctx.directory, group.no, look);
}

/** Dresses the group's pages, and keeps what they looked like so far for one way back. */
export async function publishLook(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  { look, made }: { look: Look; made: Made },
): Promise<void> {
  const { live } = await readLooks(ctx, group);
  const fields = changed(live, look);
  if (fields.length === 0) return tryLook(ctx, group, null);
  await saveLiveLook(ctx.directory, group.no, { live: look, previous: live }, made);
  await note(ctx, group, by, fields);
}

/** Shows the looks of before again; what was shown until now becomes the way back. False when there is none. */
export async function undoLook(ctx: Context, group: Group, by: Pick<Account, "no">): Promise<boolean> {
  const { live, previous } = await readLooks(ctx, group);
  const checked = previous && checkLook(previous);
  if (checked?.is !== "valid") return false;
  await saveLiveLook(ctx.directory, group.no, { live: checked.look, previous: live }, checked.made);
  await note(ctx, group, by, changed(live, checked.look));
  return true;
}

const fields = ["accent", "font", "header", "footer", "css"] as const;

function changed(before: Look, after: Look): string[] {
  return fields.filter((field) => before[field] !== after[field]);
}

async function note(ctx: Context, group: Group, by: Pick<Account, "no">, fields: string[]): Promise<void> {
  const about = { groupNo: group.no, accountNo: by.no, subject: group.slug };
  await recordAct(ctx, { ...about, act: "group.looks", detail: { fields } });
  await publishSite(ctx, group);
}

const PREVIEW_SECONDS = 3_600;
const claims = z.object({ group: z.number().int() });

/** What lets its holder see the group's pages in the looks being tried out, for an hour. */
export function lookToken(ctx: Context, group: Pick<Group, "no">): Promise<string> {
  const times = { now: ctx.now, secondsToLive: PREVIEW_SECONDS };
  return signToken(ctx.config.SIGNING_KEYS, "look", { group: group.no }, times);
}

/** The group in the looks being tried out (or in its own, when none are); null for a token that is not for this. */
export async function groupTriedOn(ctx: Context, group: Group, token: string): Promise<Group | null> {
  const read = claims.safeParse(await verifyToken(ctx.config.SIGNING_KEYS, "look", token, ctx.now));
  if (!read.success || read.data.group !== group.no) return null;
  const { draft } = await looksOf(ctx.directory, group.no);
  const checked = draft && checkLook(draft);
  return checked?.is === "valid" ? { ...group, settings: { ...group.settings, ...checked.made } } : group;
}
