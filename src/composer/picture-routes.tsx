import { Hono } from "hono";
import { IMAGE_BYTES_MAX } from "../groups/image";
import { type MemberEnv, memberCan } from "../groups/web";
import {
  describePicture,
  keepPicture,
  listPictures,
  PICTURES_PAGE,
  pictureById,
  picturePath,
  removePicture,
} from "../mailings/picture";
import { PICTURE_ALT_MAX, type Picture, type PictureId } from "../mailings/types";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { type FormValues, type PostedForm, readForm, single } from "../platform/forms";
import { groupOrigin } from "../platform/http";
import { parseId } from "../platform/ids";
import type { FieldErrors } from "../ui/form";
import { PicturesPage, type ShownPicture } from "./picture-views";
import { flashOf, MAILINGS_PATH, type MemberContext, mailingsHref, pageOf, shardOf } from "./web";

const PATH = `${MAILINGS_PATH}/pictures`;
const ONE = `${PATH}/:picture{[0-9a-fA-F-]{36}}`;
/** A picture, with its words and the lines between the parts of a form. */
const UPLOAD_BYTES_MAX = IMAGE_BYTES_MAX + 64 * 1024;
const FORM_BYTES_MAX = 16 * 1024;

/** The pictures a group keeps for its mailings: a page that gives their addresses, and what the visual editor asks for. */
export const pictureRoutes = new Hono<MemberEnv>();

pictureRoutes.get(PATH, memberCan("mailings.view"), (c) => picturesPage(c, {}));

async function picturesPage(
  c: MemberContext,
  { alt = "", errors = {} }: { alt?: string; errors?: FieldErrors },
): Promise<Response> {
  const [page, { pictures, next }] = await Promise.all([pageOf(c), pageOfPictures(c)]);
  const after = next === null ? {} : { after: `${mailingsHref(c)}/pictures?before=${next}` };
  return c.html(
    <PicturesPage {...page} {...{ pictures, alt, errors }} {...after} {...flashIn(c)} />,
    Object.keys(errors).length > 0 ? 422 : 200,
  );
}

async function pageOfPictures(c: MemberContext): Promise<{ pictures: ShownPicture[]; next: number | null }> {
  const before = Number(c.req.query("before")) || null;
  const found = await listPictures(shardOf(c), before);
  const shown = found.slice(0, PICTURES_PAGE);
  const next = found.length > PICTURES_PAGE ? (shown.at(-1)?.no ?? null) : null;
  return { pictures: shown.map((picture) => shownOf(c, picture)), next };
}

function shownOf(c: MemberContext, picture: Picture): ShownPicture {
  const { ctx, group } = c.var;
  const path = picturePath(group, picture);
  return { ...picture, path, address: groupOrigin(ctx.config, group.slug) + path };
}

function flashIn(c: MemberContext) {
  const { flash } = flashOf(c, {
    added: "composer.pictures.added",
    saved: "composer.done.saved",
    removed: "composer.pictures.removed",
  });
  const id = c.req.query("done") === "removed" ? parseId<PictureId>(c.req.query("picture") ?? "") : null;
  if (!flash || !id) return flash ? { flash } : {};
  const undo = { action: `${mailingsHref(c)}/pictures/${id}/return`, label: c.var.t("composer.undo") };
  return { flash: { ...flash, undo } };
}

/** What the visual editor offers to choose from. */
pictureRoutes.get(`${PATH}.json`, memberCan("mailings.view"), async (c) => {
  const { pictures, next } = await pageOfPictures(c);
  c.header("Cache-Control", "private, no-store");
  return c.json({ pictures: pictures.map(offered), next });
});

function offered({ path, alt, width, height }: ShownPicture) {
  return { src: path, alt, width, height };
}

/** By the form of the page, or by the visual editor, which is told where the picture is. */
pictureRoutes.post(PATH, memberCan("mailings.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const posted = await readForm(c.req.raw, { bytesMax: UPLOAD_BYTES_MAX });
  const isScript = (c.req.header("Accept") ?? "").startsWith("application/json");
  const alt = altIn(posted.values);
  const errors = errorsOf(c, posted, alt);
  const { picture: file } = posted.files;
  const kept =
    file && Object.keys(errors).length === 0
      ? await keepPicture(ctx, group, account, { file, alt })
      : { is: "invalid" as const };
  if (kept.is === "kept") {
    if (isScript) return c.json({ picture: offered(shownOf(c, kept.picture)) }, 201);
    return c.redirect(`${mailingsHref(c)}/pictures?done=added`, 303);
  }
  if (kept.is !== "invalid")
    errors.picture = t(kept.is === "full" ? "composer.pictures.full" : `actions.problems.${kept.is}`);
  if (isScript) return c.json({ error: { message: Object.values(errors)[0] } }, 422);
  return picturesPage(c, { alt, errors });
});

function altIn(values: FormValues): string {
  return single(values, "isDecoration") === "yes" ? "" : cleanLine(single(values, "alt"));
}

/** A picture without words is decoration, and somebody has to say so. */
function errorsOf({ var: { t } }: MemberContext, { values, files }: PostedForm, alt: string): FieldErrors {
  const errors: FieldErrors = {};
  if (!files.picture || files.picture.size === 0) errors.picture = t("composer.pictures.noFile");
  if (alt === "" && single(values, "isDecoration") !== "yes") errors.alt = t("composer.pictures.noAlt");
  else if (alt.length > PICTURE_ALT_MAX)
    errors.alt = t("composer.problem.tooLong", { count: PICTURE_ALT_MAX });
  return errors;
}

pictureRoutes.post(ONE, memberCan("mailings.edit"), async (c) => {
  const picture = await pictureIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const alt = cleanLine(single(values, "alt")).slice(0, PICTURE_ALT_MAX);
  await describePicture(c.var.ctx, c.var.group, picture, alt);
  return c.redirect(`${mailingsHref(c)}/pictures?done=saved`, 303);
});

pictureRoutes.post(`${ONE}/removal`, memberCan("mailings.edit"), async (c) => {
  const picture = await pictureIn(c);
  await removePicture(c.var.ctx, c.var.group, picture, true);
  return c.redirect(`${mailingsHref(c)}/pictures?done=removed&picture=${picture.id}`, 303);
});

pictureRoutes.post(`${ONE}/return`, memberCan("mailings.edit"), async (c) => {
  await removePicture(c.var.ctx, c.var.group, await pictureIn(c), false);
  return c.redirect(`${mailingsHref(c)}/pictures`, 303);
});

/** The picture of the address; 404 for another group's. */
async function pictureIn(c: MemberContext): Promise<Picture> {
  const id = parseId<PictureId>(c.req.param("picture") ?? "");
  const picture = id && (await pictureById(shardOf(c), id));
  if (!picture) throw new AppError("not_found");
  return picture;
}
