import { Hono, type Context as HonoContext } from "hono";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { groupOrigin } from "../platform/http";
import { named } from "../platform/named";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import type { Key } from "../ui/i18n";
import { IMAGE_BYTES_MAX, storeImage } from "./image";
import { changeLogo, readLogo, removeLogo } from "./logo";
import { type CheckedLook, checkLook, lookToken, publishLook, readLooks, tryLook, undoLook } from "./look";
import { LooksPage, type LooksPageProps } from "./look-views";
import { lookProblems } from "./look-words";
import { fileUrl } from "./public";
import { LOGO_FORM_BYTES_MAX, lookForm } from "./types";
import { type MemberEnv, memberCan, memberFrame } from "./web";
import { textsIn } from "./words";

/** Header, footer and styles at their longest, percent-encoded. */
const FORM_BYTES_MAX = 192 * 1024;
/** Room to read a picture that is too big and say so beside its field. */
const PICTURE_FORM_BYTES_MAX = 2 * IMAGE_BYTES_MAX;
const PATH = "/groups/:group/settings/looks";
const REMOVED = /^[<>.a-z0-9-]{1,40}(?:,[<>.a-z0-9-]{1,40}){0,19}$/;
const PICTURE = /^[0-9a-f-]{36}\.(?:png|jpg|webp|gif)\/\d{1,5}x\d{1,5}$/;

/** How a group's pages look. */
export const lookRoutes = new Hono<MemberEnv>();

type Shown = { typed?: Record<string, string>; errors?: FieldErrors };

async function looksPage(c: HonoContext<MemberEnv>, shown: Shown = {}): Promise<Response> {
  const { ctx, group, t, locale } = c.var;
  const { live, draft, previous } = await readLooks(ctx, group);
  const errors = shown.errors ?? {};
  const isRefused = Object.keys(errors).length > 0;
  const siteUrl = groupOrigin(ctx.config, group.slug);
  const file = PICTURE.test(c.req.query("picture") ?? "") ? c.req.query("picture") : undefined;
  const props: LooksPageProps = {
    ...{ t, locale, group, errors, siteUrl, file },
    frame: await memberFrame(c),
    values: shown.typed ?? { ...(draft ?? live), logoAlt: group.settings.logoAlt },
    isDraft: draft !== null,
    hasPrevious: previous !== null,
    previewUrl: `${siteUrl}/?preview=${await lookToken(ctx, group)}`,
    flash: isRefused ? { kind: "bad", text: t("common.form.refused") } : doneFlash(c),
  };
  return c.html(<LooksPage {...props} />, isRefused ? 422 : 200);
}

const done: Record<string, Key> = {
  shown: "looks.done.shown",
  undone: "looks.done.undone",
  tried: "looks.done.tried",
  logo: "looks.done.logo",
  picture: "looks.done.picture",
};

function doneFlash(c: HonoContext<MemberEnv>): FlashMessage | undefined {
  const key = named(done, c.req.query("done"));
  const removed = c.req.query("removed") ?? "";
  if (!key) return undefined;
  const said = c.var.t(key);
  return REMOVED.test(removed)
    ? {
        kind: "warn",
        text: `${said} ${c.var.t("looks.done.removed", { names: removed.replaceAll(",", ", ") })}`,
      }
    : { kind: "good", text: said };
}

function back(c: HonoContext<MemberEnv>, how: string, removed: readonly string[] = []): Response {
  const query = new URLSearchParams({
    done: how,
    ...(removed.length > 0 ? { removed: removed.join(",") } : {}),
  });
  return c.redirect(`/groups/${c.var.group.slug}/settings/looks?${query}`, 303);
}

lookRoutes.get(PATH, memberCan("settings.edit"), (c) => looksPage(c));

lookRoutes.post(PATH, memberCan("settings.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const button = single(values, "do");
  if (button === "forget") {
    await tryLook(ctx, group, null);
    return c.redirect(`/groups/${group.slug}/settings/looks`, 303);
  }
  const typed = { ...textsIn(values, Object.keys(lookForm.shape)), font: single(values, "font") || "system" };
  const checked: CheckedLook = checkLook(typed);
  if (checked.is === "invalid") return looksPage(c, { typed, errors: lookProblems(t, checked.problems) });
  if (button === "preview") {
    await tryLook(ctx, group, checked.look);
    return back(c, "tried", checked.removed);
  }
  await publishLook(ctx, group, account, checked);
  return back(c, "shown", checked.removed);
});

lookRoutes.post(`${PATH}/undo`, memberCan("settings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  if (!(await undoLook(ctx, group, account))) throw new AppError("conflict");
  return back(c, "undone");
});

lookRoutes.get(`${PATH}/logo`, memberCan("settings.edit"), async (c) => {
  const logo = await readLogo(c.var.ctx, c.var.group);
  if (!logo) throw new AppError("not_found");
  const type = logo.httpMetadata?.contentType ?? "application/octet-stream";
  return c.body(logo.body, 200, { "Content-Type": type, "X-Content-Type-Options": "nosniff" });
});

lookRoutes.post(`${PATH}/logo`, memberCan("settings.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const { values, files } = await readForm(c.req.raw, { bytesMax: LOGO_FORM_BYTES_MAX });
  const alt = single(values, "logoAlt");
  const changed = await changeLogo(ctx, group, account, { file: files.logo, alt });
  if (changed.ok) return back(c, "logo");
  const { live, draft } = await readLooks(ctx, group);
  const errors = lookProblems(t, { [changed.field]: { problem: changed.reason, piece: "" } });
  return looksPage(c, { typed: { ...(draft ?? live), logoAlt: alt }, errors });
});

lookRoutes.post(`${PATH}/logo/removal`, memberCan("settings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  await removeLogo(ctx, group, account);
  return back(c, "logo");
});

lookRoutes.post(`${PATH}/pictures`, memberCan("settings.edit"), async (c) => {
  const { ctx, t, group } = c.var;
  const { files } = await readForm(c.req.raw, { bytesMax: PICTURE_FORM_BYTES_MAX });
  const stored = files.picture ? await storeImage(ctx, group, files.picture) : "missing";
  if (typeof stored === "string")
    return looksPage(c, { errors: lookProblems(t, { picture: { problem: stored, piece: "" } }) });
  const name = fileUrl(group, stored.key)?.split("/").at(-1) ?? "";
  const query = new URLSearchParams({ done: "picture", picture: `${name}/${stored.width}x${stored.height}` });
  return c.redirect(`/groups/${group.slug}/settings/looks?${query}#pictures`, 303);
});
