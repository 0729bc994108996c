import { Hono, type Context as HonoContext } from "hono";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionHref, actionIn } from "../actions/web";
import { recordAct } from "../groups/audit";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { type ParticipationId, parseId } from "../platform/ids";
import type { FlashMessage } from "../ui/flash";
import { approveHosting, refuseHosting } from "./hosting";
import { HostingsPage } from "./hosting-views";
import { listHostings } from "./store-hostings";

const BYTES_MAX = 10_000;
const dones = ["approved", "refused", "gone", "before"] as const;

/** What supporters offer to host, read and decided. */
export function hostingRoutes(kinds: readonly Kind[], eventKind: () => Kind) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/hostings`, memberCan("people.view"), async (c) => {
    const subject = await campaignIn(c, kinds);
    const hostings = await listHostings(dbFor(c.var.ctx.env, c.var.group), subject.action.no);
    return c.html(<HostingsPage {...(await actionFrame(c, subject, doneFlash(c)))} hostings={hostings} />);
  });

  app.post(`${ACTION_PATH}/hostings/decisions`, memberCan("actions.publish"), async (c) => {
    const { action } = await campaignIn(c, kinds);
    const { ctx, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const id = parseId<ParticipationId>(single(values, "offer"));
    if (!id) throw new AppError("not_found");
    const isApproved = single(values, "do") === "approve";
    const decided = isApproved
      ? await approveHosting(ctx, group, { campaign: action, eventKind: eventKind() }, id, account.no)
      : await refuseHosting(ctx, group, action, id, account.no);
    if (decided.outcome === "gone") throw new AppError("not_found");
    if (decided.outcome !== "before")
      await recordAct(ctx, {
        ...{
          groupNo: group.no,
          accountNo: account.no,
          act: `hosting.${decided.outcome}`,
          subject: action.id,
        },
      });
    return c.redirect(actionHref(group, action, `/hostings?done=${decided.outcome}`), 303);
  });

  return app;
}

async function campaignIn(c: HonoContext<MemberEnv>, kinds: readonly Kind[]) {
  const subject = await actionIn(c, kinds);
  if (subject.kind.name !== "event_campaign") throw new AppError("not_found");
  return subject;
}

function doneFlash(c: HonoContext<MemberEnv>): FlashMessage | undefined {
  const done = dones.find((name) => name === c.req.query("done"));
  if (!done || done === "gone") return undefined;
  return { kind: done === "before" ? "info" : "good", text: c.var.t(`eventCampaigns.hostings.done.${done}`) };
}
