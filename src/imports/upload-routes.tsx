import { Hono } from "hono";
import { z } from "zod";
import { type MemberEnv, memberCan, memberFrame } from "../groups/web";
import { AppError } from "../platform/errors";
import { readBody, readForm } from "../platform/forms";
import { formatNumber } from "../ui/format";
import { listImports } from "./import";
import { ImportsPage } from "./list-views";
import {
  beginUpload,
  FILE_BYTES_MAX,
  finishUpload,
  PART_BYTES,
  PLAIN_BYTES_MAX,
  putPart,
  takeWhole,
} from "./upload";
import { type C, IMPORT_PATH, IMPORTS_PATH, importHref, importIn, importsHref } from "./web";

const OVERHEAD_BYTES = 20_000;
const MEGABYTE = 1024 * 1024;

const asked = z.object({ name: z.string().max(1_000), bytes: z.number().int().min(1).max(FILE_BYTES_MAX) });

/** The history, and bringing a file: in parts by a script that goes on after an interruption, or whole with a form. */
export const uploadRoutes = new Hono<MemberEnv>();

uploadRoutes.get(IMPORTS_PATH, memberCan("people.import"), (c) => show(c));

uploadRoutes.post(IMPORTS_PATH, memberCan("people.import"), async (c) => {
  const { ctx, group, account, t } = c.var;
  const max = { max: formatNumber(PLAIN_BYTES_MAX / MEGABYTE, c.var.locale) };
  const claimed = Number(c.req.header("Content-Length") ?? 0);
  if (claimed > PLAIN_BYTES_MAX + OVERHEAD_BYTES) return show(c, t("imports.errors.large", max));
  const { files } = await readForm(c.req.raw, { bytesMax: PLAIN_BYTES_MAX + OVERHEAD_BYTES });
  if (!files.file) return show(c, t("imports.errors.file"));
  const content = await files.file.arrayBuffer();
  const taken = await takeWhole(ctx, group, account, { name: files.file.name, content });
  if (taken.is !== "ready") return show(c, t("imports.errors.empty"));
  return c.redirect(importHref(c, taken), 303);
});

uploadRoutes.post(`${IMPORTS_PATH}/uploads`, memberCan("people.import"), async (c) => {
  const body = new TextDecoder().decode(await readBody(c.req.raw, OVERHEAD_BYTES));
  const file = asked.safeParse(parseJson(body));
  if (!file.success) throw new AppError("bad_request");
  const { id, ...upload } = await beginUpload(c.var.ctx, c.var.group, c.var.account, file.data);
  return c.json({ ...upload, href: importHref(c, { id }) });
});

uploadRoutes.put(`${IMPORT_PATH}/parts/:part`, memberCan("people.import"), async (c) => {
  const row = await importIn(c);
  const part = Number(c.req.param("part"));
  const body = await readBody(c.req.raw, PART_BYTES);
  const isStored =
    Number.isInteger(part) && part > 0 && (await putPart(c.var.ctx, c.var.group, row, part, body));
  if (!isStored) throw new AppError("conflict");
  return c.body(null, 204);
});

uploadRoutes.post(`${IMPORT_PATH}/file`, memberCan("people.import"), async (c) => {
  const row = await importIn(c);
  const finished = await finishUpload(c.var.ctx, c.var.group, row);
  if (finished === "ready") return c.redirect(importHref(c, row), 303);
  return show(c, c.var.t(`imports.errors.${finished}`));
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function show(c: C, error?: string): Promise<Response> {
  const { ctx, group, account, t, locale } = c.var;
  const before = Number(c.req.query("before")) || null;
  const page = (
    <ImportsPage
      {...{ t, locale, error }}
      frame={await memberFrame(c)}
      href={importsHref(c)}
      list={await listImports(ctx, group, before)}
      isFirst={before === null}
      now={ctx.now}
      timeZone={account.timeZone}
      hasDiscarded={c.req.query("done") === "discarded"}
    />
  );
  return c.html(page, error ? 422 : 200);
}
