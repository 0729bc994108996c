import type { Account } from "../accounts/account";
import type { Context } from "../platform/context";
import { recordAct } from "./audit";
import { storeImage } from "./image";
import { patchSettings } from "./store";
import { publishSite } from "./tenant";
import { type Group, type GroupSettings, LOGO_ALT_MAX, LOGO_BYTES_MAX } from "./types";

type Logo = Pick<GroupSettings, "logo" | "logoAlt" | "logoWidth" | "logoHeight">;

const NONE: Logo = { logo: "", logoAlt: "", logoWidth: 0, logoHeight: 0 };

export type LogoChange =
  | { ok: true }
  | {
      ok: false;
      field: "logo" | "logoAlt";
      reason: "too_large" | "not_an_image" | "odd_size" | "missing" | "too_long";
    };

const refusals = { imageTooLarge: "too_large", notAnImage: "not_an_image", oddSize: "odd_size" } as const;

/**
 * Stores a logo, or only its words when no file comes, and shows it on the group's pages. The earlier file stays: pages
 * cached elsewhere still show it.
 * @param alt what the logo says to whoever does not see it; there must be something
 */
export async function changeLogo(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  { file, alt }: { file: Blob | undefined; alt: string },
): Promise<LogoChange> {
  const logoAlt = alt.normalize("NFC").replace(/\s+/g, " ").trim();
  if (!file && group.settings.logo === "") return { ok: false, field: "logo", reason: "missing" };
  if (logoAlt === "") return { ok: false, field: "logoAlt", reason: "missing" };
  if (logoAlt.length > LOGO_ALT_MAX) return { ok: false, field: "logoAlt", reason: "too_long" };
  const stored = file ? await storeImage(ctx, group, file, LOGO_BYTES_MAX) : null;
  if (typeof stored === "string") return { ok: false, field: "logo", reason: refusals[stored] };
  const picture = stored ? { logo: stored.key, logoWidth: stored.width, logoHeight: stored.height } : {};
  await setLogo(ctx, group, by, { ...picture, logoAlt });
  return { ok: true };
}

export async function removeLogo(ctx: Context, group: Group, by: Pick<Account, "no">): Promise<void> {
  if (group.settings.logo !== "") await setLogo(ctx, group, by, NONE);
}

async function setLogo(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  logo: Partial<Logo>,
): Promise<void> {
  await patchSettings(ctx.directory, group.no, logo);
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.no,
    act: "group.looks",
    subject: group.slug,
    detail: { fields: ["logo"] },
  });
  await publishSite(ctx, group);
}

/** The stored logo, or null when there is none. */
export async function readLogo(ctx: Context, group: Group): Promise<R2ObjectBody | null> {
  return group.settings.logo === "" ? null : ctx.env.FILES.get(group.settings.logo);
}
