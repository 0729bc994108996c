import { recordAct } from "../groups/audit";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { gateOfGroup } from "./quota";
import { type Paces, replacePaces, selectPaces, verifiedDomain } from "./store";

type PaceGroup = Pick<Group, "no" | "jurisdiction">;

/** How many mails an hour each mailbox provider may get, where somebody of the group has said so for the domain it sends from. */
export async function pacesOf(ctx: Context, group: PaceGroup): Promise<Paces> {
  return selectPaces(ctx.env.DIRECTORY, group.no, await domainOf(ctx, group));
}

/**
 * Says so, for the domain the group sends from now; providers that are not named get as many as there are. Holds for what is under way
 * within seconds. Throws when the audit log cannot be written.
 */
export async function savePaces(
  ctx: Context,
  group: PaceGroup,
  paces: Paces,
  by: { no: number },
): Promise<void> {
  const domain = await domainOf(ctx, group);
  const detail = { ...paces };
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.no,
    act: "sending.paces",
    subject: domain,
    detail,
  });
  await replacePaces(ctx.env.DIRECTORY, { groupNo: group.no, domain, paces, now: ctx.now });
  await gateOfGroup(ctx, group).refresh();
}

async function domainOf(ctx: Context, group: PaceGroup): Promise<string> {
  return (await verifiedDomain(ctx.directory, group.no))?.domain ?? "";
}
