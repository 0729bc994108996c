import { Liquid } from "liquidjs";
import { dueOf } from "../../src/delivery/driving";
import { beginFreeze, freezeOn, frozenOf } from "../../src/delivery/freezing";
import { kitOf, laneOf } from "../../src/delivery/kit";
import { messageMaker } from "../../src/delivery/message";
import { sendPage } from "../../src/delivery/page";
import { begin, saveBuilds, selectBuilds } from "../../src/delivery/store";
import { totalsOf } from "../../src/delivery/survey";
import type { MailingPage } from "../../src/delivery/types";
import type { Env } from "../../src/env";
import { groupBySlug } from "../../src/groups/group";
import { dbFor } from "../../src/groups/shard";
import type { Group } from "../../src/groups/types";
import { buildVersions, loadMergeValues, type MergeValues } from "../../src/mailings/content";
import { createMailing, saveSettings, saveVersion, versionsOf } from "../../src/mailings/mailing";
import { type Context, createContext } from "../../src/platform/context";
import { BULK_CHUNK, type BulkMessage } from "../../src/platform/mail/bulk";
import { bulkTransport } from "../../src/platform/mail/bulk-transport";
import { buildMime } from "../../src/platform/mail/mime";
import { mailKey } from "../../src/platform/mail-keys";

/*
 * A mailing by hand, so that each part can be timed alone: `/write` makes it, `/freeze` writes the rows of its audience, `/send` lets consumers work
 * through its pages, and the others are bare loops beside which it is seen. Nothing of it goes through the worker that Miniflare puts
 * before every `fetch`, which production does not have.
 */

export * from "../../src/worker";

type BenchEnv = Env & { PROVIDER: Fetcher };
type Order = { slug: string; html: string; count: number; atOnce: number; from: number };

const PAGE = 200;
/** As many as a chunk hands over at once. */
const CALLS = 6;
let no = 0;
let frozenAt = 0;

export default {
  async fetch(request: Request, env: BenchEnv, executionCtx: ExecutionContext): Promise<Response> {
    const url = new URL(request.url);
    if (url.hostname !== "mailing.bench") {
      const { default: worker } = await import("../../src/worker");
      return worker.fetch(request, env, executionCtx);
    }
    globalThis.fetch = (input: RequestInfo | URL, init?: RequestInit) => env.PROVIDER.fetch(input, init);
    const order = await request.json<Order>();
    const ctx = createContext(env, "bench", (work) => executionCtx.waitUntil(work));
    const group = await groupBySlug(ctx.directory, order.slug);
    if (!group) throw new Error("no group");
    const db = dbFor(env, group);
    switch (url.pathname) {
      case "/write": {
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
        return Response.json({});
      }
      case "/freeze": {
        const due = await dueOf(ctx, group, no);
        if (!due) throw new Error("no mailing");
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
      case "/plain":
      case "/bare":
      case "/fetched":
      case "/handed": {
        const how = url.pathname.slice(1);
        const loop = await bareLoop(ctx, group, order);
        await db.d1.prepare("SELECT 1").run();
        const start = performance.now();
        const bytes = await loop[how === "plain" || how === "bare" || how === "fetched" ? how : "handed"]();
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

/** What could be done at most: the same mails, of people who are known beforehand, with one key for all, and nothing written down. */
async function bareLoop(ctx: Context, group: Group, order: Order) {
  const db = dbFor(ctx.env, group);
  const kit = await kitOf(ctx, group, { mailingNo: no, frozenAt });
  const template = kit?.template(1, "en");
  const [build] = await selectBuilds(db, no);
  if (!kit || !template || !build) throw new Error("no template");
  const { sender } = await laneOf(ctx, group);
  const people = Array.from({ length: PAGE }, (_, index) => order.from + index + 1);
  const values = [...(await loadMergeValues(ctx, group, people, kit.needed)).values()];
  const copy = { groupNo: group.no, mailingNo: no, personNo: 1, isProof: false };
  const key = await mailKey(ctx.config.SIGNING_KEYS, copy, ctx.now);
  const message = messageMaker(ctx, { group, mailing: kit.mailing, sender });
  const liquid = new Liquid({ outputEscape: "escape", ownPropertyOnly: true });
  const text = new Liquid({ ownPropertyOnly: true });
  const [html, plain, subject] = [
    liquid.parse(build.html),
    text.parse(build.plain),
    text.parse(build.subject),
  ];
  const mimeOf = (mail: BulkMessage) => buildMime(mail, { domain: "mail.example", now: ctx.now });
  let made = 0;
  let bytes = 0;
  const nextPerson = (): MergeValues => {
    const value = values[made % values.length];
    if (!value) throw new Error("nobody");
    made += 1;
    return value;
  };
  const make = (): BulkMessage => {
    const value = nextPerson();
    return message({ key, to: value.email, mail: template.fill(value, key) });
  };
  const atOnce = async (count: number, work: () => Promise<void>) => {
    await Promise.all(
      Array.from({ length: count }, async () => {
        while (made < order.count) await work();
      }),
    );
    return bytes;
  };
  return {
    /** By LiquidJS itself, parsed once, and the MIME of the whole text. */
    plain: async () => {
      while (made < order.count) {
        const value = nextPerson();
        const scope = {
          ...value.fields,
          mail_key: key,
          group: { name: group.name, address: group.postalAddress },
        };
        const mail = {
          fromName: build.fromName,
          subject: text.renderSync(subject, scope),
          html: liquid.renderSync(html, scope),
          text: text.renderSync(plain, scope),
        };
        bytes += mimeOf(message({ key, to: value.email, mail })).length;
      }
      return bytes;
    },
    /** By our own renderer and in pieces, as the send does. */
    bare: async () => {
      while (made < order.count) bytes += mimeOf(make()).length;
      return bytes;
    },
    /** The same, each mail given to the provider's address with a plain call that nobody signed. */
    fetched: () =>
      atOnce(CALLS * order.atOnce, async () => {
        const mail = make();
        const mime = mimeOf(mail);
        bytes += mime.length;
        const content = { Raw: { Data: mime.toBase64() } };
        const body = JSON.stringify({ Destination: { ToAddresses: [mail.to] }, Content: content });
        const place = `${ctx.config.BULK_SES_ENDPOINT}/v2/email/outbound-emails`;
        const reply = await fetch(place, { method: "POST", body });
        if (!reply.ok) throw new Error(await reply.text());
        await reply.json();
      }),
    /** The same by the transport that the send uses. */
    handed: () => {
      const transport = bulkTransport(ctx, sender.lane);
      return atOnce(order.atOnce, async () => {
        const chunk = Array.from({ length: Math.min(BULK_CHUNK, order.count - made) }, make);
        const results = await transport.send(chunk);
        if (results.some(({ outcome }) => outcome !== "accepted")) throw new Error("not accepted");
      });
    },
  };
}
