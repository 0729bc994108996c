import { Hono, type Context as HonoContext } from "hono";
import { recordAct } from "../groups/audit";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan, memberFrame } from "../groups/web";
import { chooseBreakdown, hasLeft, mailingById } from "../mailings/mailing";
import type { Mailing, MailingId } from "../mailings/types";
import { listFields } from "../people/custom-field";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { parseId } from "../platform/ids";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import {
  breakdownById,
  breakdownOf,
  draftReport,
  listBreakdowns,
  makeDefault,
  removeBreakdown,
  reportOf,
  returnBreakdown,
  saveBreakdown,
} from "./breakdown";
import {
  type BreakdownProblems,
  type BreakdownValues,
  offeredIn,
  readBreakdown,
  typedBreakdown,
  valuesOf,
} from "./form";
import { linesOf } from "./lines";
import { DraftPanel, ReportPanel } from "./panels";
import { BREAKDOWN_NAME_MAX, type Breakdown, type BreakdownId, LINES_MAX } from "./types";
import { BreakdownFormPage, BreakdownListPage } from "./views";

const MAILINGS_PATH = "/groups/:group/mailings";
const PATH = `${MAILINGS_PATH}/breakdowns`;
const ONE = `${PATH}/:kept{[0-9a-fA-F-]{36}}`;
const OF_MAILING = `${MAILINGS_PATH}/:mailing{[0-9a-fA-F-]{36}}/breakdown`;
const FORM_BYTES_MAX = 128 * 1024;
/** A mailing is scheduled no further ahead. */
const AHEAD_MAX_MS = 400 * 86_400_000;

type MemberContext = HonoContext<MemberEnv>;

/** The breakdowns of a group, and which of them a mailing shows. */
export const breakdownRoutes = new Hono<MemberEnv>();

async function pageOf(c: MemberContext) {
  const { ctx, t, locale, group, role, account } = c.var;
  return {
    ...{ t, locale, group, frame: await memberFrame(c), now: ctx.now, timeZone: account.timeZone },
    mayEdit: can(role, "mailings.edit"),
    mayManage: can(role, "settings.edit"),
  };
}
export type Page = Awaited<ReturnType<typeof pageOf>>;

const hrefOf = (c: MemberContext, rest = "") => `/groups/${c.var.group.slug}/mailings/breakdowns${rest}`;
const shardOf = (c: MemberContext) => dbFor(c.var.ctx.env, c.var.group);

breakdownRoutes.get(PATH, memberCan("mailings.view"), async (c) => {
  const [page, breakdowns, fields] = await Promise.all([
    pageOf(c),
    listBreakdowns(shardOf(c)),
    listFields(shardOf(c)),
  ]);
  return c.html(<BreakdownListPage {...page} {...{ breakdowns, fields }} flash={flashIn(c)} />);
});

function flashIn(c: MemberContext): FlashMessage | undefined {
  const { t } = c.var;
  const done = c.req.query("done");
  const id = parseId<BreakdownId>(c.req.query("kept") ?? "");
  const undo = id && { action: hrefOf(c, `/${id}/return`), label: t("composer.undo") };
  const offer = undo ? { undo } : {};
  if (c.req.query("not") === "full") return { kind: "bad", text: t("breakdowns.problem.noRoom"), ...offer };
  if (done === "saved") return { kind: "good", text: t("breakdowns.done.saved") };
  if (done !== "removed") return undefined;
  return { kind: "good", text: t("breakdowns.done.removed"), ...offer };
}

breakdownRoutes.get(`${PATH}/new`, memberCan("mailings.edit"), (c) =>
  formPage(c, null, { name: "", by: "audiences", audiences: [], revision: "0" }, {}),
);
breakdownRoutes.post(`${PATH}/new`, memberCan("mailings.edit"), (c) => receive(c, null));

breakdownRoutes.get(ONE, memberCan("mailings.view"), async (c) => {
  const breakdown = await breakdownIn(c);
  return formPage(c, breakdown, valuesOf(breakdown), {});
});
breakdownRoutes.post(ONE, memberCan("mailings.edit"), async (c) => receive(c, await breakdownIn(c)));

/** The breakdown of the address; 404 for one the group does not have. */
async function breakdownIn(c: MemberContext): Promise<Breakdown> {
  const id = parseId<BreakdownId>(c.req.param("kept") ?? "");
  const breakdown = id && (await breakdownById(shardOf(c), id));
  if (!breakdown) throw new AppError("not_found");
  return breakdown;
}

function offeredTo(c: MemberContext) {
  return offeredIn(shardOf(c), { seesPeople: can(c.var.role, "people.view") });
}

async function formPage(
  c: MemberContext,
  breakdown: Breakdown | null,
  values: BreakdownValues,
  errors: FieldErrors,
): Promise<Response> {
  const db = shardOf(c);
  const [page, offered, fields, lines] = await Promise.all([
    pageOf(c),
    offeredTo(c),
    listFields(db),
    breakdown ? linesOf(db, breakdown) : [],
  ]);
  return c.html(
    <BreakdownFormPage {...page} {...{ breakdown, values, errors, offered, fields, lines }} />,
    Object.keys(errors).length > 0 ? 422 : 200,
  );
}

async function receive(c: MemberContext, before: Breakdown | null): Promise<Response> {
  const { ctx, t, group, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = typedBreakdown(values);
  const { name, plan, problems } = readBreakdown(typed, await offeredTo(c), before?.plan ?? null);
  if (!plan || Object.keys(problems).length > 0) return formPage(c, before, typed, inWords(c, problems));
  const read = before && { no: before.no, id: before.id, revision: Number(typed.revision) };
  const saved = await saveBreakdown(ctx, group, read, { name, plan, by: account.no });
  switch (saved.is) {
    case "saved":
      return c.redirect(hrefOf(c, "?done=saved"), 303);
    case "full":
      return formPage(c, before, typed, { name: t("breakdowns.problem.full") });
    case "changed": {
      const now = before && (await breakdownById(shardOf(c), before.id));
      if (!now) throw new AppError("not_found");
      const again = { ...typed, revision: String(now.revision) };
      return formPage(c, now, again, { name: t("breakdowns.problem.changed", { name: now.name }) });
    }
  }
}

function inWords({ var: { t } }: MemberContext, problems: BreakdownProblems): FieldErrors {
  const limits = { max: LINES_MAX, length: BREAKDOWN_NAME_MAX };
  return Object.fromEntries(Object.entries(problems).map(([name, key]) => [name, t(key, limits)]));
}

breakdownRoutes.post(`${ONE}/removal`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const { id, name } = await breakdownIn(c);
  await removeBreakdown(ctx, group, id);
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: account.no, subject: id },
    ...{ act: "breakdown.removed", detail: { name } },
  });
  return c.redirect(hrefOf(c, `?done=removed&kept=${id}`), 303);
});

breakdownRoutes.post(`${ONE}/return`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group } = c.var;
  const id = parseId<BreakdownId>(c.req.param("kept") ?? "");
  const returned = id ? await returnBreakdown(ctx, group, id) : "unknown";
  if (returned === "unknown") throw new AppError("not_found");
  return c.redirect(hrefOf(c, returned === "full" ? `?not=full&kept=${id}` : ""), 303);
});

breakdownRoutes.post(`${ONE}/default`, memberCan("settings.edit"), async (c) => {
  const { ctx, group } = c.var;
  const breakdown = await breakdownIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  await makeDefault(ctx, group, single(values, "to") === "no" ? null : breakdown);
  return c.redirect(hrefOf(c, "?done=saved"), 303);
});

/** Which one a mailing shows, in any state. */
breakdownRoutes.post(OF_MAILING, memberCan("mailings.edit"), async (c) => {
  const { ctx, group } = c.var;
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const asked = single(values, "breakdown");
  const chosen = (await listBreakdowns(shardOf(c))).find(({ no }) => String(no) === asked);
  if (!chosen && asked !== "" && asked !== "none") throw new AppError("not_found");
  await chooseBreakdown(ctx, group, mailing, asked === "none" ? 0 : (chosen?.no ?? null));
  const page = single(values, "back") === "review" ? "review" : "results";
  return c.redirect(`/groups/${group.slug}/mailings/${mailing.id}/${page}#breakdown`, 303);
});

/** The numbers alone, taken further. */
breakdownRoutes.get(OF_MAILING, memberCan("mailings.view"), async (c) => {
  const { ctx, t, locale, group, account } = c.var;
  const mailing = await mailingIn(c);
  const breakdown = await breakdownOf(shardOf(c), mailing);
  if (!breakdown) throw new AppError("not_found");
  const page = { t, locale, now: ctx.now, timeZone: account.timeZone };
  const seesPeople = can(c.var.role, "people.view");
  const base = `/groups/${group.slug}/mailings/${mailing.id}`;
  if (hasLeft(mailing)) {
    const report = await reportOf(ctx, group, mailing, breakdown, { seesPeople });
    return c.html(<ReportPanel {...page} report={report} again={`${base}/results#breakdown`} />);
  }
  const at = Number(c.req.query("at"));
  const startAt = Math.abs(at - ctx.now) < AHEAD_MAX_MS ? at : null;
  const draft = await draftReport(ctx, group, mailing, breakdown, { startAt, seesPeople });
  if (!draft) throw new AppError("not_found");
  return c.html(<DraftPanel {...page} draft={draft} again={`${base}/review#breakdown`} />);
});

async function mailingIn(c: MemberContext): Promise<Mailing> {
  const id = parseId<MailingId>(c.req.param("mailing") ?? "");
  const mailing = id && (await mailingById(shardOf(c), id));
  if (!mailing) throw new AppError("not_found");
  return mailing;
}
