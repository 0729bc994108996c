import {
  approveMailing,
  pauseMailing,
  progressOf,
  resumeMailing,
  sendMailing,
} from "../../src/delivery/delivery";
import type { Env } from "../../src/env";
import { groupBySlug } from "../../src/groups/group";
import { dbFor } from "../../src/groups/shard";
import { createMailing, mailingByNo, saveSettings, saveVersion } from "../../src/mailings/mailing";
import { createContext } from "../../src/platform/context";
import { faultyEnv } from "./faulty-env";
import faults from "./worker";

/* The worker that breaks when told to, which also writes and sends mailings when told to: the host `mailing.test`. */

export * from "./worker";

const CONTROL_HOST = "mailing.test";

export type MailingOrder =
  | { do: "write"; slug: string; html: string; settings: Record<string, unknown>; variants: number }
  | { do: "send" | "pause" | "resume" | "progress" | "approve"; slug: string; no: number };

async function obey(order: MailingOrder, env: Env, later: (work: Promise<unknown>) => void) {
  const ctx = createContext(faultyEnv(env), "test", later);
  const group = await groupBySlug(ctx.directory, order.slug);
  if (!group) throw new Error("no such group");
  const db = dbFor(ctx.env, group);
  if (order.do === "write") {
    const made = await createMailing(ctx, group, { no: 1 });
    for (let variantNo = 1; variantNo <= order.variants; variantNo += 1)
      await saveVersion(
        ctx,
        group,
        made,
        { no: 1 },
        {
          ...{
            variantNo,
            language: group.locale,
            fromName: "Rosa",
            subject: `News ${variantNo}, {{ first_name }}`,
          },
          ...{ preview: "", form: "html", body: order.html, plain: null, revision: variantNo === 1 ? 1 : 0 },
        },
      );
    const target = { audience: { include: { all: [] } }, most: null };
    await saveSettings(ctx, group, made, { settings: order.settings, target });
    return { no: made.no };
  }
  const mailing = await mailingByNo(db, order.no);
  if (!mailing) throw new Error("no such mailing");
  switch (order.do) {
    case "send":
      return sendMailing(ctx, group, mailing, { by: 1, startAt: null });
    case "approve":
      return approveMailing(ctx, group, mailing, { by: 2, as: "colleague" });
    case "pause":
      return { is: await pauseMailing(ctx, group, mailing, "organiser") };
    case "resume":
      return resumeMailing(ctx, group, mailing);
    case "progress":
      return progressOf(ctx, group, mailing);
  }
}

export default {
  ...faults,
  async fetch(request, env, ctx) {
    if (new URL(request.url).hostname !== CONTROL_HOST) return faults.fetch(request, env, ctx);
    try {
      const reply = await obey(await request.json<MailingOrder>(), env, (work) => ctx.waitUntil(work));
      return Response.json(reply);
    } catch (error) {
      return new Response(error instanceof Error ? error.stack : String(error), { status: 500 });
    }
  },
} satisfies ExportedHandler<Env>;
