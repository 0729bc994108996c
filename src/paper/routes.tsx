import { Hono, type Context as HonoContext } from "hono";
import { SOURCE_MAX, sourceOf } from "../actions/answer-text";
import { snapshotFor } from "../actions/serving";
import type { Action, Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionIn, publicUrl } from "../actions/web";
import { type MemberEnv, memberCan } from "../groups/web";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { groupOrigin } from "../platform/http";
import { printedQrPng, printedQrSvg } from "../platform/qr";
import { translator } from "../ui/i18n";
import { FlyerPage } from "./flyer";
import { PrintPage } from "./print-views";
import { onPaper } from "./rows";
import { SheetPage } from "./sheet";
import { FLYER_SOURCE, paperSize, QR_SOURCE, SHEETS_MAX, sheetNumbers, takesPaper } from "./types";
import { typingRoutes } from "./typing-routes";
import { uploadRoutes } from "./upload-routes";

type C = HonoContext<MemberEnv>;

/** What organisers print of an action, and what they type in of what was printed. Mounted at "/" of the platform host. */
export function paperRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/print`, memberCan("actions.view"), async (c) => {
    const subject = await actionIn(c, kinds);
    const { code, isWrong } = codeIn(c, "");
    const frame = await actionFrame(c, subject);
    const error = isWrong ? c.var.t("paper.errors.code", { max: SOURCE_MAX }) : undefined;
    const qr = printedQrSvg(addressWith(frame.publicUrl, code || QR_SOURCE), altOf(c, subject.action));
    const page = (
      <PrintPage {...frame} {...{ qr, error }} code={code} takesPaper={takesPaper(subject.kind)} />
    );
    return c.html(page, isWrong ? 422 : 200);
  });

  app.get(`${ACTION_PATH}/print/qr.svg`, memberCan("actions.view"), async (c) => {
    const { action, address } = await qrIn(c, kinds);
    return c.body(printedQrSvg(address, altOf(c, action)), 200, fileHeaders(action, "svg", "image/svg+xml"));
  });

  app.get(`${ACTION_PATH}/print/qr.png`, memberCan("actions.view"), async (c) => {
    const { action, address } = await qrIn(c, kinds);
    const png = await printedQrPng(address);
    return c.body(new Uint8Array(png).buffer, 200, fileHeaders(action, "png", "image/png"));
  });

  app.get(`${ACTION_PATH}/print/flyer`, memberCan("actions.view"), async (c) => {
    const { action, kind, snapshot } = await publishedIn(c, kinds);
    const { code, isWrong } = codeIn(c, FLYER_SOURCE);
    if (isWrong) throw new AppError("bad_request", "source");
    const url = publicUrl(c, kind, action);
    const qr = printedQrSvg(
      addressWith(url, code),
      translator(action.locale)("paper.qr.alt", { title: action.title }),
    );
    return c.html(<FlyerPage {...paperFrame(c)} {...{ kind, snapshot, qr, url }} size={sizeIn(c)} />);
  });

  app.get(`${ACTION_PATH}/print/sheet`, memberCan("actions.view"), async (c) => {
    const { action, kind, snapshot } = await publishedIn(c, kinds);
    if (!takesPaper(kind)) throw new AppError("not_found");
    const asked = Math.trunc(Number(c.req.query("pages") ?? "1")) || 1;
    const pages = Math.min(Math.max(asked, 1), SHEETS_MAX);
    const paper = await onPaper(snapshot);
    const numbers = sheetNumbers(paper.consentHash, pages);
    const url = publicUrl(c, kind, action);
    return c.html(<SheetPage {...paperFrame(c)} {...{ kind, snapshot, numbers, url }} size={sizeIn(c)} />);
  });

  return app.route("/", typingRoutes(kinds)).route("/", uploadRoutes(kinds));
}

/** The action as it is published; a draft is not found, since nothing of it may be handed round yet. */
async function publishedIn(c: C, kinds: readonly Kind[]) {
  const { action, kind } = await actionIn(c, kinds);
  const serving = await snapshotFor(c.var.ctx, c.var.group, kind, action.slug);
  if (action.status === "draft" || serving.is !== "shown") throw new AppError("not_found");
  return { action, kind, snapshot: serving.snapshot };
}

async function qrIn(c: C, kinds: readonly Kind[]): Promise<{ action: Action; address: string }> {
  const { action, kind } = await publishedIn(c, kinds);
  const { code, isWrong } = codeIn(c, QR_SOURCE);
  if (isWrong) throw new AppError("bad_request", "source");
  return { action, address: addressWith(publicUrl(c, kind, action), code) };
}

/** The source code an organiser asks for, read as the page of the action will read it. */
function codeIn(c: C, usual: string): { code: string; isWrong: boolean } {
  const code = cleanLine(c.req.query("code") ?? "");
  if (code === "") return { code: usual, isWrong: false };
  return {
    code: code.slice(0, SOURCE_MAX),
    isWrong: sourceOf(new URL(addressWith("https://a.invalid/", code))) !== code,
  };
}

function addressWith(url: string, source: string): string {
  return `${url}?${new URLSearchParams({ source })}`;
}

function altOf(c: C, action: Action): string {
  return c.var.t("paper.qr.alt", { title: action.title });
}

function sizeIn(c: C) {
  return paperSize(c.req.query("size"), c.var.group.country);
}

function paperFrame(c: C) {
  const { ctx, t, locale, group } = c.var;
  return { t, locale, origin: groupOrigin(ctx.config, group.slug) };
}

function fileHeaders(action: Action, extension: string, type: string): Record<string, string> {
  return {
    "Content-Type": type,
    "Content-Disposition": `attachment; filename="${action.slug}-qr.${extension}"`,
    "Cache-Control": "private, no-store",
    // Whoever opens the picture by itself opens a picture and nothing that could run.
    "Content-Security-Policy": "default-src 'none'; sandbox",
  };
}
