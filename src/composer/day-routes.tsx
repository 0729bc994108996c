import { Hono } from "hono";
import { estimateAudience } from "../delivery/delivery";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { mailingByNo } from "../mailings/mailing";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import {
  type Day,
  type DayMailing,
  dayBoard,
  dayOf,
  listDays,
  moveMailing,
  moves,
  parseDay,
  switchDay,
} from "../ranking/ranking";
import type { FieldErrors } from "../ui/form";
import { DayListPage, DayPage, type RankedMailing } from "./day-views";
import { flashOf, MAILINGS_PATH, type MemberContext, mailingsHref, pageOf, shardOf } from "./web";

const FORM_BYTES_MAX = 16 * 1024;
/** What all mailings of a day together may be counted for while somebody waits for the page. */
const COUNT_MS = 1_500;

/** The days on which mailings go out, and the order of those of one day. */
export const dayRoutes = new Hono<MemberEnv>();

dayRoutes.get(`${MAILINGS_PATH}/days`, memberCan("mailings.view"), async (c) => {
  const { ctx, t, group } = c.var;
  const asked = c.req.query("day");
  const day = asked === undefined ? null : parseDay(asked);
  if (day) return c.redirect(dayHref(c, day), 303);
  const errors: FieldErrors = asked === undefined ? {} : { day: t("days.notADay") };
  const page = await pageOf(c);
  const days = await listDays(ctx, group, shardOf(c));
  const props = { ...page, days, errors, today: dayOf(group, ctx.now) };
  return c.html(<DayListPage {...props} />, asked === undefined ? 200 : 422);
});

function dayHref(c: MemberContext, day: Day): string {
  return `${mailingsHref(c)}/days/${day}`;
}

/** The day of the address; 404 for what is on no calendar. */
function dayIn(c: MemberContext): Day {
  const day = parseDay(c.req.param("day") ?? "");
  if (!day) throw new AppError("not_found");
  return day;
}

dayRoutes.get(`${MAILINGS_PATH}/days/:day`, memberCan("mailings.view"), async (c) => {
  const { group, role } = c.var;
  const day = dayIn(c);
  const board = await dayBoard(group, shardOf(c), day);
  const props = {
    ...{ ...(await pageOf(c)), board, mailings: await counted(c, board.mailings) },
    ...{ href: dayHref(c, day), mayRank: can(role, "mailings.send") },
  };
  return c.html(<DayPage {...props} {...flashIn(c)} />);
});

/** Whom each mailing reaches: as it was frozen, or as it would be now. */
async function counted(c: MemberContext, mailings: readonly DayMailing[]): Promise<RankedMailing[]> {
  const { ctx, group } = c.var;
  const db = shardOf(c);
  const until = Date.now() + COUNT_MS;
  const all: RankedMailing[] = [];
  for (const mailing of mailings) {
    const { no, startAt, recipients, rankedOut, isFrozen } = mailing;
    const budgetMs = until - Date.now();
    // Each question about the day asks about all of its mailings, so those that nobody has time for are not even begun.
    if (!isFrozen && budgetMs <= 0) {
      all.push({ ...mailing, reach: null });
      continue;
    }
    const whole = isFrozen ? null : await mailingByNo(db, no);
    if (!whole?.target) {
      all.push({ ...mailing, reach: recipients === null ? null : { recipients, rankedOut, isWhole: true } });
      continue;
    }
    const options = { mailingNo: no, startAt, budgetMs };
    const estimate = await estimateAudience(ctx, group, whole.target, whole.settings, options);
    const { leftOut, isWhole } = estimate;
    all.push({
      ...mailing,
      reach: { recipients: estimate.recipients, rankedOut: leftOut.ranked ?? 0, isWhole },
    });
  }
  return all;
}

const undone = ["changed_meanwhile", "frozen", "not_ranked", "not_there"] as const;

function flashIn(c: MemberContext) {
  const problem = undone.find((each) => each === c.req.query("done"));
  if (problem) return { flash: { kind: "warn" as const, text: c.var.t(`days.undone.${problem}`) } };
  return flashOf(c, { on: "days.done.on", off: "days.done.off", moved: "days.done.moved" });
}

dayRoutes.post(`${MAILINGS_PATH}/days/:day/ranking`, memberCan("mailings.send"), async (c) => {
  const { ctx, group, account } = c.var;
  const day = dayIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const isOn = single(values, "rank") === "on";
  await switchDay(ctx, group, day, { isOn, by: account.no });
  return c.redirect(`${dayHref(c, day)}?done=${isOn ? "on" : "off"}`, 303);
});

dayRoutes.post(`${MAILINGS_PATH}/days/:day/order`, memberCan("mailings.send"), async (c) => {
  const { ctx, group, account } = c.var;
  const day = dayIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const no = Number(single(values, "mailing"));
  const move = moves.find((each) => each === single(values, "to"));
  if (!move || !Number.isSafeInteger(no)) throw new AppError("not_found");
  const version = Number(single(values, "version")) || 0;
  const done = await moveMailing(ctx, group, day, { no, move, version, by: account.no });
  // Where one was, so that the next press of a key moves the same mailing again.
  return c.redirect(`${dayHref(c, day)}?done=${done}#mailing-${no}`, 303);
});
