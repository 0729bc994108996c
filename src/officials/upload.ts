import { recordAct } from "../groups/audit";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { type Id, newId, parseId } from "../platform/ids";
import { readTargetFile, type TargetFile } from "./file";
import { replaceList } from "./target-list";
import type { TargetList } from "./types";

type UploadId = Id<"upload">;

function keyOf(group: Group, list: TargetList, id: UploadId): string {
  return `groups/${group.no}/targets/${list.id}/${id}.csv`;
}

/** Keeps a file until somebody has looked at what is in it. Gives the name it is kept under. */
export async function keepUpload(ctx: Context, group: Group, list: TargetList, file: File): Promise<string> {
  const id = newId<UploadId>();
  await ctx.env.FILES.put(keyOf(group, list, id), await file.arrayBuffer());
  return id;
}

/** What is in an uploaded file; null when there is none of that name in the group's list. */
export async function readUpload(
  ctx: Context,
  group: Group,
  list: TargetList,
  upload: string,
): Promise<TargetFile | null> {
  const id = parseId<UploadId>(upload);
  const object = id && (await ctx.env.FILES.get(keyOf(group, list, id)));
  return object ? readTargetFile(await object.arrayBuffer(), group.country) : null;
}

/** Puts what is right in an uploaded file in the place of the list. False when there is nothing to put there. */
export async function takeUpload(
  ctx: Context,
  group: Group,
  list: TargetList,
  { upload, by }: { upload: string; by: number },
): Promise<boolean> {
  const file = await readUpload(ctx, group, list, upload);
  if (file?.is !== "read" || file.targets.length === 0) return false;
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by,
    act: "targets.replaced",
    subject: list.id,
    detail: { name: list.name, count: file.targets.length },
  });
  await replaceList(ctx, group, list, file.targets);
  const id = parseId<UploadId>(upload);
  if (id) await ctx.env.FILES.delete(keyOf(group, list, id));
  return true;
}
