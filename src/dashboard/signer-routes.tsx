import { Hono } from "hono";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionHref, actionIn } from "../actions/web";
import { recordAct } from "../groups/audit";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { countSigners, listSigners } from "../intake/signers";
import { readForm, single } from "../platform/forms";
import type { FlashMessage } from "../ui/flash";
import type { T } from "../ui/i18n";
import { signersCsv } from "./export";
import { cursorOf, filterWords, isNarrow, signerFilter } from "./filter";
import { SignersPage } from "./signer-views";

const BYTES_MAX = 20_000;

/** Who took an action, and their export. */
export function signerRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/signers`, memberCan("people.view"), async (c) => {
    const subject = await actionIn(c, kinds);
    const { ctx, t, group, role } = c.var;
    const words = filterWords((name) => c.req.query(name));
    const filter = signerFilter(words, group.timeZone);
    const before = cursorOf(c.req.query("before"));
    const undo = actionHref(group, subject.action, `/removals/${Number(c.req.query("removal")) || 0}/undo`);
    const [frame, page] = await Promise.all([
      actionFrame(
        c,
        subject,
        doneFlash(t, (name) => c.req.query(name), undo),
      ),
      listSigners(dbFor(ctx.env, group), subject.action.no, { filter, ...(before ? { before } : {}) }),
    ]);
    return c.html(
      <SignersPage
        {...frame}
        words={words}
        isNarrow={isNarrow(filter)}
        signers={page.signers}
        next={page.next}
        isFirstPage={before === undefined}
        mayExport={can(role, "people.export")}
        mayRemove={can(role, "participations.remove")}
      />,
    );
  });

  app.post(`${ACTION_PATH}/signers.csv`, memberCan("people.export"), async (c) => {
    const { action, kind } = await actionIn(c, kinds);
    const { ctx, t, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const words = filterWords((name) => single(values, name));
    const filter = signerFilter(words, group.timeZone);
    const db = dbFor(ctx.env, group);
    const count = await countSigners(db, action.no, filter);
    await recordAct(ctx, {
      groupNo: group.no,
      accountNo: account.no,
      act: "people.exported",
      subject: action.id,
      detail: { ...filter, count },
    });
    return c.body(signersCsv(t, db, { action, kind }, filter), 200, {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${action.slug}.csv"`,
    });
  });

  return app;
}

function doneFlash(
  t: T,
  query: (name: string) => string | undefined,
  undo: string,
): FlashMessage | undefined {
  const count = Number(query("count")) || 0;
  switch (query("done")) {
    case "removed":
      return {
        kind: "good",
        text: t("intake.removals.done", { count }),
        undo: { action: undo, label: t("common.form.undo") },
      };
    case "nothing":
      return { kind: "info", text: t("intake.removals.nothing") };
    case "undone":
      return { kind: "good", text: t("intake.removals.undoDone", { count }) };
    default:
      return undefined;
  }
}
