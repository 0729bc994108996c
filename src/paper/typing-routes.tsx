import { Hono, type Context as HonoContext } from "hono";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionHref } from "../actions/web";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import type { FlashMessage } from "../ui/flash";
import type { T } from "../ui/i18n";
import { readBatch, today } from "./batch";
import { recordRows } from "./recording";
import { isBlank, type Row, readRows } from "./rows";
import { ROWS_TYPED } from "./types";
import { recordTyping, type Typing, typingIn } from "./typing";
import { TypingPage, type TypingState } from "./typing-views";

const FORM_BYTES_MAX = 64 * 1024;

type C = HonoContext<MemberEnv>;

/** Lines of a sheet, typed in ten at a time. */
export function typingRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/paper`, memberCan("people.view"), async (c) => {
    const values: FormValues = { sheet: c.req.query("sheet") ?? "" };
    if (c.req.query("signed") !== undefined) values.signed = c.req.query("signed") ?? "";
    return showTyping(c, await typingIn(c, kinds), { values, errors: {} });
  });

  app.post(`${ACTION_PATH}/paper`, memberCan("people.view"), async (c) => {
    const { ctx, t } = c.var;
    const typing = await typingIn(c, kinds);
    const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
    if (!typing.isOpen) return showTyping(c, typing, { values, errors: {} });
    const rows = rowsIn(values, typing);
    const read = readTyped(c, typing, values, rows);
    if (read.is === "wrong") return showTyping(c, typing, { values, errors: read.errors });
    try {
      await recordTyping(c, typing, read.batch, read.valid.length);
      const recorded = await recordRows(ctx, typing, read.valid, read.batch);
      if (recorded.is === "closed") return showTyping(c, typing, { values, errors: {}, isClosedNow: true });
      return c.redirect(
        `${actionHref(c.var.group, typing.action, "/paper")}?${doneQuery(recorded, read.batch)}`,
        303,
      );
    } catch (error) {
      ctx.log.error("paper.untaken", error, { actionId: typing.action.id });
      return showTyping(c, typing, { values, errors: {}, trouble: t("paper.errors.trouble") });
    }
  });

  return app;
}

/** Ten lines, whatever a form sends. */
function rowsIn(values: FormValues, { fields }: Typing): Row[] {
  const names = [...fields.map(({ name }) => name), "consent"];
  return Array.from({ length: ROWS_TYPED }, (_, index) => ({
    no: index + 1,
    values: Object.fromEntries(names.map((name) => [name, single(values, `rows.${index + 1}.${name}`)])),
  }));
}

/** The lines and what stands above them, or everything that is wrong with either. */
function readTyped(c: C, { snapshot, paper }: Typing, values: FormValues, rows: readonly Row[]) {
  const { ctx, t } = c.var;
  const { timeZone } = snapshot.group;
  const written = rows.filter((row) => !isBlank(row.values));
  const hasConsent = written.some((row) => row.values.consent === "yes");
  const place = { timeZone, now: ctx.now, consentHash: paper.consentHash };
  const head = readBatch(values, place, hasConsent);
  const sheet = head.is === "read" ? head.batch.sheet : "";
  const { valid, problems } = readRows(t, paper, written, sheet);
  const errors: Record<string, string> = {};
  if (head.is === "wrong")
    for (const [field, { key, values: said }] of Object.entries(head.errors)) errors[field] = t(key, said);
  for (const { no, field, words } of problems) errors[`rows.${no}.${field}`] ??= words;
  if (written.length === 0) errors["rows.1.email"] = t("paper.errors.noRows");
  if (head.is === "wrong" || Object.keys(errors).length > 0) return { is: "wrong" as const, errors };
  return { is: "read" as const, batch: head.batch, valid };
}

/** What the page says next: how many were new, and the same sheet and day for the lines that follow. */
export function doneQuery(
  { counted, known }: { counted: number; known: number },
  { sheet, signed }: { sheet: string; signed: { day: string } },
): URLSearchParams {
  return new URLSearchParams({ done: String(counted), known: String(known), sheet, signed: signed.day });
}

/** The page to type in on, with what was typed and what is wrong with it: 422 for a refusal, 503 for trouble of ours. */
export async function showTyping(c: C, typing: Typing, state: TypingState): Promise<Response> {
  const { ctx, t } = c.var;
  const { action, kind, snapshot } = typing;
  const isRefused = Object.keys({ ...state.errors, ...state.uploadErrors }).length > 0;
  const flash = flashOf(c, t, state, isRefused);
  const frame = await actionFrame(c, { action, kind }, flash);
  const day = today(snapshot.group.timeZone, ctx.now);
  const page = <TypingPage {...frame} {...state} typing={typing} today={day} />;
  if (state.trouble) return c.html(page, 503);
  const isShut = c.req.method === "POST" && (!typing.isOpen || state.isClosedNow);
  return c.html(page, isRefused || isShut ? 422 : 200);
}

function flashOf(c: C, t: T, state: TypingState, isRefused: boolean): FlashMessage | undefined {
  if (state.trouble) return { kind: "bad", text: state.trouble };
  if (isRefused) return { kind: "bad", text: t("common.form.refused") };
  const done = c.req.query("done");
  if (c.req.method !== "GET" || done === undefined) return undefined;
  const counted = numberIn(done);
  const known = numberIn(c.req.query("known"));
  const text = [
    t("paper.typing.done", { count: counted }),
    known > 0 ? t("paper.typing.known", { count: known }) : "",
  ];
  return { kind: "good", text: text.filter((part) => part !== "").join(" ") };
}

function numberIn(text: string | undefined): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new AppError("bad_request");
  return number;
}
