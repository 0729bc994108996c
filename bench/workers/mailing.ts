import { dueOf } from "../../src/delivery/driving";
import { beginFreeze, freezeOn, frozenOf } from "../../src/delivery/freezing";
import { kitOf, laneOf } from "../../src/delivery/kit";
import { bulkMessage } from "../../src/delivery/message";
import { sendPage } from "../../src/delivery/page";
import { begin, saveBuilds } from "../../src/delivery/store";
import { totalsOf } from "../../src/delivery/survey";
import type { MailingPage } from "../../src/delivery/types";
import type { Env } from "../../src/env";
import { groupBySlug } from "../../src/groups/group";
import { dbFor } from "../../src/groups/shard";
import { buildVersions, loadMergeValues } from "../../src/mailings/content";
import { createMailing, saveSettings, saveVersion, versionsOf } from "../../src/mailings/mailing";
import { createContext } from "../../src/platform/context";
import { buildMime } from "../../src/platform/mail/mime";
import { mailKey } from "../../src/platform/mail-keys";

/*
 * A mailing by hand, so that each part can be timed alone: `/freeze` writes the rows of an audience, `/send` lets consumers work
 * through its pages, `/bare` renders the same mails and makes their MIME, and nothing else.
 */

export * from "../../src/worker";

type Order = { slug: string; html: string; count: number; atOnce: number; from: number };

const PAGE = 100;
let no = 0;
let frozenAt = 0;

export default {
  async fetch(request: Request, env: Env, executionCtx: ExecutionContext): Promise<Response> {
    const url = new URL(request.url);
    if (url.hostname !== "mailing.bench") {
      const { default: worker } = await import("../../src/worker");
      return worker.fetch(request, env, executionCtx);
    }
    const order = await request.json<Order>();
    const ctx = createContext(env, "bench", (work) => executionCtx.waitUntil(work));
    const group = await groupBySlug(ctx.directory, order.slug);
    if (!group) throw new Error("no group");
    const db = dbFor(env, group);
    switch (url.pathname) {
      case "/freeze": {
        const made = await createMailing(ctx, group, { no: 1 });
        const version = {
          variantNo: 1,
          language: group.locale,
          fromName: "Rosa",
          subject: "News for {{ first_name }}",
        };
        const words = { preview: "", form: "html" as const, body: order.html, plain: null, revision: 1 };
        await saveVersion(ctx, group, made, { no: 1 }, { ...version, ...words });
        await saveSettings(ctx, group, made, { target: { audience: { include: { all: [] } }, most: null } });
        no = made.no;
        await db.d1
          .prepare(
            "UPDATE mailings SET status = 'preparing', start_at = 1 WHERE group_no = ? AND mailing_no = ?",
          )
          .bind(group.no, no)
          .run();
        const due = await dueOf(ctx, group, no);
        if (!due) throw new Error("no mailing");
        const built = await buildVersions(ctx, group, due.mailing, await versionsOf(db, no), null);
        await saveBuilds(db, no, { ...built, startAt: 1 });
        await db.d1.prepare("SELECT 1").run();
        const start = performance.now();
        let state = await beginFreeze(ctx, group, due.mailing, { variants: [1], languages: ["en"] });
        for (let isWhole = false; !isWhole; )
          ({ state, isWhole } = await freezeOn(ctx, group, due.mailing, state, () => true));
        const totals = await totalsOf(db, no);
        const ms = performance.now() - start;
        const frozen = frozenOf(state.counts, Date.now());
        frozenAt = frozen.frozenAt;
        if (totals.waiting !== frozen.recipients) throw new Error("does not add up");
        await begin(db, no, { startAt: 1, frozen, now: Date.now() });
        return Response.json({ ms, frozen });
      }
      case "/send": {
        const pages = Array.from({ length: order.count / PAGE }, (_, index): MailingPage => {
          const from = order.from + index * PAGE;
          const place = { groupNo: group.no, mailingNo: no, from, upTo: from + PAGE, most: PAGE };
          return { type: "mailings.send", ...place, pageNo: index, driver: "bench", frozenAt };
        });
        await db.d1.prepare("SELECT 1").run();
        const start = performance.now();
        const work = async () => {
          for (let page = pages.shift(); page; page = pages.shift()) await sendPage(ctx, page);
        };
        await Promise.all(Array.from({ length: order.atOnce }, work));
        return Response.json({ ms: performance.now() - start });
      }
      case "/bare": {
        const kit = await kitOf(ctx, group, { mailingNo: no, frozenAt });
        const template = kit?.template(1, "en");
        if (!kit || !template) throw new Error("no template");
        const { sender } = await laneOf(ctx, group);
        const people = Array.from({ length: PAGE }, (_, index) => order.from + index + 1);
        const values = [...(await loadMergeValues(db, group, people, kit.needed)).values()];
        const copy = { groupNo: group.no, mailingNo: no, personNo: 1, isProof: false };
        const key = await mailKey(ctx.config.SIGNING_KEYS, copy, ctx.now);
        await db.d1.prepare("SELECT 1").run();
        const start = performance.now();
        let bytes = 0;
        for (let made = 0; made < order.count; made += 1) {
          const value = values[made % values.length];
          if (!value) throw new Error("nobody");
          const mail = template.render(value, key);
          const message = bulkMessage(
            ctx,
            { group, mailing: kit.mailing, sender },
            { key, to: value.email, mail },
          );
          bytes += buildMime(message, { domain: "mail.example", now: ctx.now }).length;
        }
        await db.d1.prepare("SELECT 1").run();
        return Response.json({ ms: performance.now() - start, bytes: bytes / order.count });
      }
      default:
        return new Response("not found", { status: 404 });
    }
  },
  queue(batch: MessageBatch): void {
    batch.ackAll();
  },
};
