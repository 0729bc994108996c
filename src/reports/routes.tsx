import { Hono, type Context as HonoContext } from "hono";
import { accountOf } from "../accounts/account";
import { frameOf, type WebEnv } from "../accounts/web";
import { recordAct } from "../groups/audit";
import { listMembers } from "../groups/member";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { readForm, several, single } from "../platform/forms";
import type { FlashMessage } from "../ui/flash";
import type { T } from "../ui/i18n";
import { csvOf, jsonLinesOf } from "./files";
import { chooseHighlights } from "./highlight";
import { readStopLink, setMail, stopMail } from "./mailing";
import { everies } from "./period";
import { rangeIn } from "./range";
import { countedOf, earliestOf, reportOf } from "./report";
import { tableNames, tableOf } from "./report-tables";
import { StopPage } from "./stop-views";
import { highlightsOf, reportMails } from "./store";
import { figures } from "./types";
import { ReportPage, type ReportPageProps } from "./views";
import { dayNumber } from "./zone";

const PATH = "/groups/:group/reports";
const BYTES_MAX = 60_000;

/** How a group's list and its people do: numbers only, nobody's name or address is among them. */
export function reportRoutes() {
  const app = new Hono<MemberEnv>();

  app.get(PATH, memberCan("people.view"), async (c) => {
    const { ctx, t, locale, group, account } = c.var;
    const db = dbFor(ctx.env, group);
    const [frame, report, highlights, mails] = await Promise.all([
      frameOf(c),
      reportIn(c),
      highlightsOf(db, account.no),
      mailsIn(c),
    ]);
    const flash = flashOf(t, c.req.query("done"));
    return c.html(
      <ReportPage
        {...{ t, locale, group, report, highlights, mails }}
        frame={{ ...frame, ...(flash ? { flash } : {}) }}
        now={ctx.now}
        timeZone={account.timeZone}
      />,
    );
  });

  app.post(`${PATH}/highlights`, memberCan("people.view"), async (c) => {
    const { ctx, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const asked = several(values, "figures");
    const chosen = figures.filter((figure) => asked.includes(figure));
    await chooseHighlights(ctx, group, account.no, chosen);
    return c.redirect(`/groups/${group.slug}/reports?done=pinned`, 303);
  });

  app.post(`${PATH}/mails`, memberCan("people.view"), async (c) => {
    await saveMails(c);
    return c.redirect(`/groups/${c.var.group.slug}/reports?done=mails`, 303);
  });

  app.get(`${PATH}/:table`, memberCan("people.view"), async (c) => {
    const { t, locale, group } = c.var;
    const [asked, format] = (c.req.param("table") ?? "").split(".");
    const name = tableNames.find((table) => table === asked);
    if (!name || (format !== "csv" && format !== "jsonl")) throw new AppError("not_found");
    const table = tableOf(name, { t, locale, report: await reportIn(c) });
    const type = format === "csv" ? "text/csv" : "application/x-ndjson";
    return c.body(format === "csv" ? csvOf(table) : jsonLinesOf(table), 200, {
      "Content-Type": `${type}; charset=utf-8`,
      "Content-Disposition": `attachment; filename="${group.slug}-${name}.${format}"`,
    });
  });

  app.route("/", stopRoutes());
  return app;
}

async function reportIn(c: HonoContext<MemberEnv>) {
  const { ctx, group } = c.var;
  const counted = await countedOf(ctx, group);
  const today = dayNumber(ctx.now, group.timeZone);
  const range = rangeIn((name) => c.req.query(name), { today, earliest: earliestOf(counted, today) });
  return reportOf(dbFor(ctx.env, group), range, counted);
}

/** Whom this member may choose for: everybody who may see the numbers, or themselves alone. */
async function mailsIn(c: HonoContext<MemberEnv>): Promise<ReportPageProps["mails"]> {
  const { ctx, group, account, role } = c.var;
  const [members, mails] = await Promise.all([listMembers(ctx, group), reportMails(dbFor(ctx.env, group))]);
  return members
    .filter((member) => can(member.role, "people.view"))
    .filter(({ accountNo }) => accountNo === account.no || can(role, "settings.edit"))
    .map(({ accountNo, name, email }) => ({
      ...{ accountNo, name: name || email },
      every: mails.find((mail) => mail.accountNo === accountNo)?.every ?? "",
    }));
}

async function saveMails(c: HonoContext<MemberEnv>): Promise<void> {
  const { ctx, group, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  for (const { accountNo, every: before } of await mailsIn(c)) {
    const asked = single(values, `every.${accountNo}`);
    const every = everies.find((name) => name === asked) ?? null;
    if ((every ?? "") === before) continue;
    const reader = await accountOf(ctx, accountNo);
    if (!reader) continue;
    await setMail(ctx, group, reader, every);
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: account.no, act: "report.mails", subject: reader.email },
      detail: { every: every ?? "never" },
    });
  }
}

function flashOf(t: T, done: string | undefined): FlashMessage | undefined {
  if (done !== "pinned" && done !== "mails") return undefined;
  return { kind: "good", text: t(`reports.done.${done}`) };
}

/** Where the link in a mail leads, signed in or not: it names the group and the reader, and is signed. */
function stopRoutes() {
  const app = new Hono<WebEnv>();
  app.get("/report-mails/stop", async (c) => {
    const token = c.req.query("token") ?? "";
    const link = await readStopLink(c.var.ctx, token);
    if (!link) throw new AppError("not_found");
    const { t, locale } = c.var;
    return c.html(<StopPage {...{ t, locale, token }} group={link.group.name} isDone={false} />);
  });
  app.post("/report-mails/stop", async (c) => {
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const token = single(values, "token");
    const link = await readStopLink(c.var.ctx, token);
    if (!link) throw new AppError("not_found");
    await stopMail(c.var.ctx, link.group, link.accountNo);
    const { t, locale } = c.var;
    return c.html(<StopPage {...{ t, locale, token }} group={link.group.name} isDone />);
  });
  return app;
}
