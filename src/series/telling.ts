import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { sendLater } from "../platform/mail/mail";
import { heldMail } from "./email";
import { toldOf } from "./owner";
import { selectName } from "./store";
import type { Run, Series } from "./types";

/** Mails whoever answers for a series that a run of it waits, and why. Done again after a crash they may get it twice, never not at all. */
export async function tellOfRun(ctx: Context, group: Group, series: Series, run: Run): Promise<void> {
  const name = await selectName(dbFor(ctx.env, group), series.no);
  const mailings = `${ctx.config.PLATFORM_ORIGIN}/groups/${group.slug}/mailings`;
  const href =
    run.mailingNo === null ? `${mailings}/series/${series.id}` : `${mailings}/${run.mailingId}/review`;
  for (const account of await toldOf(ctx, group, series))
    await sendLater(ctx, heldMail({ account, group, name, series, run, href }), "notice");
}
