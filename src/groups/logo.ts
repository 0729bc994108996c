import type { Account } from "../accounts/account";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import { recordAct } from "./audit";
import { patchSettings } from "./store";
import { publishSite } from "./tenant";
import { type Group, LOGO_BYTES_MAX } from "./types";

const types = { png: "image/png", jpg: "image/jpeg", webp: "image/webp" };
type ImageType = keyof typeof types;

/** What a file is by its first bytes; neither its name nor the browser's word counts. */
function typeOf(bytes: Uint8Array): ImageType | null {
  const hex = bytes.subarray(0, 12).toHex();
  // PNG (RFC 2083 §3.1), JPEG (ITU-T T.81 B.1.1.3), WebP (RFC 9649 §2.3): "RIFF", four bytes of length, "WEBP".
  if (hex.startsWith("89504e470d0a1a0a")) return "png";
  if (hex.startsWith("ffd8ff")) return "jpg";
  return hex.startsWith("52494646") && hex.endsWith("57454250") ? "webp" : null;
}

/** Stores a logo and shows it on the group's pages. The earlier file stays: pages cached elsewhere still show it. */
export async function changeLogo(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  file: Blob,
): Promise<{ ok: true } | { ok: false; reason: "too_large" | "not_an_image" }> {
  if (file.size > LOGO_BYTES_MAX) return { ok: false, reason: "too_large" };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const type = typeOf(bytes);
  if (!type) return { ok: false, reason: "not_an_image" };
  const key = `groups/${group.no}/images/${newId()}.${type}`;
  await ctx.env.FILES.put(key, bytes, { httpMetadata: { contentType: types[type] } });
  await setLogo(ctx, group, by, key);
  return { ok: true };
}

export async function removeLogo(ctx: Context, group: Group, by: Pick<Account, "no">): Promise<void> {
  if (group.settings.logo !== "") await setLogo(ctx, group, by, "");
}

async function setLogo(ctx: Context, group: Group, by: Pick<Account, "no">, logo: string): Promise<void> {
  await patchSettings(ctx.directory, group.no, { logo });
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.no,
    act: "group.settings",
    subject: group.slug,
    detail: { fields: ["logo"] },
  });
  await publishSite(ctx, group);
}

/** The stored logo, or null when there is none. */
export async function readLogo(ctx: Context, group: Group): Promise<R2ObjectBody | null> {
  return group.settings.logo === "" ? null : ctx.env.FILES.get(group.settings.logo);
}
