import type { Context } from "../platform/context";
import { recordAct } from "./audit";
import { patchSettings } from "./store";
import { publishSite } from "./tenant";
import { type Group, type MailSettings, mailSettings } from "./types";

/** Changes what is named of a group's decisions about its mailings. The audit log tells which, not to what. */
export async function saveMailSettings(
  ctx: Context,
  group: Group,
  by: { no: number },
  change: Partial<MailSettings>,
): Promise<void> {
  const mail = mailSettings.parse({ ...group.settings.mail, ...change });
  const before: Record<string, unknown> = group.settings.mail;
  const fields = Object.entries(mail).flatMap(([name, value]) => (before[name] === value ? [] : [name]));
  if (fields.length === 0) return;
  await patchSettings(ctx.directory, group.no, { mail });
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: by.no },
    ...{ act: "group.mail", subject: group.slug, detail: { fields } },
  });
  await publishSite(ctx, group);
}
