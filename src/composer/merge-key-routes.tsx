import { Hono } from "hono";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { type KeyChoice, mergeVersion, outlookOn, takeUpload } from "../merging/merge-file";
import { guessKey, type Outlook } from "../merging/table";
import { MERGE_ROWS_MAX, type MergeFile, type MergeVersion, mergeKinds } from "../merging/types";
import { fieldLabel, fieldsOf } from "../people/custom-field";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import type { FieldErrors } from "../ui/form";
import { formatNumber } from "../ui/format";
import { MergeKeyPage, type MergeKeyValues } from "./merge-key-views";
import { FORM_BYTES_MAX, fileHref, fileIn, MERGE_FILE_PATH, statusOf, takeMove } from "./merge-web";
import { type MemberContext, pageOf, shardOf } from "./web";

const UPLOAD = `${MERGE_FILE_PATH}/uploads/:upload{[1-9][0-9]{0,6}}`;
/** What a field must be for a row to be found by it. */
const keyTypes = new Set(["text", "choice", "number", "yesno"]);

/** By which column a row of an uploaded table is found, before the table is used. */
export const mergeKeyRoutes = new Hono<MemberEnv>();

mergeKeyRoutes.get(UPLOAD, memberCan("mailings.edit"), async (c) => {
  const file = await fileIn(c);
  const upload = await uploadOf(c, file);
  return upload ? keyPage(c, { file, upload }, {}) : c.redirect(fileHref(c, file), 303);
});

/**
 * The upload of the address that was not taken yet; null when it was. Whoever brought it has seen it; others see it when they may see
 * people, since it may be about them.
 */
async function uploadOf(c: MemberContext, file: MergeFile): Promise<MergeVersion | null> {
  const { role, account } = c.var;
  const upload = await mergeVersion(shardOf(c), file.no, Number(c.req.param("upload")));
  if (!upload || upload.takenAt !== null) return null;
  if (upload.createdBy !== account.no && !can(role, "people.view")) throw new AppError("forbidden");
  return upload;
}

type Asked = { file: MergeFile; upload: MergeVersion };

async function keyPage(
  c: MemberContext,
  { file, upload }: Asked,
  { typed, errors = {} }: { typed?: MergeKeyValues; errors?: FieldErrors },
): Promise<Response> {
  const { ctx, group } = c.var;
  const db = shardOf(c);
  const [page, outlook, current, fields] = await Promise.all([
    pageOf(c),
    outlookOn(ctx, group, upload),
    mergeVersion(db, file.no, file.versionNo),
    keyFields(c),
  ]);
  if (!outlook) return c.redirect(fileHref(c, file), 303);
  const same = current ? outlook.headings.indexOf(current.keyHeading) : -1;
  const guessed = guessOf(outlook, fields);
  const isSame = current?.kind && same >= 0;
  const values = typed ?? {
    keyAt: String(isSame ? same : guessed.keyAt),
    kind: isSame ? (current.kind ?? guessed.kind) : guessed.kind,
    fieldNo: String((isSame ? current.fieldNo : guessed.fieldNo) ?? ""),
  };
  return c.html(
    <MergeKeyPage {...page} {...{ file, upload, outlook, current, fields, values, errors }} />,
    statusOf(errors),
  );
}

/** A column that is called as a field is, where nothing else tells. */
function guessOf(outlook: Outlook, fields: readonly { no: number; label: string }[]): KeyChoice {
  const guessed = guessKey(outlook);
  if (guessed.kind !== "field") return { ...guessed, fieldNo: null };
  const named = (label: string) =>
    outlook.headings.findIndex((heading) => heading.toLowerCase() === label.toLowerCase());
  const field = fields.find(({ label }) => named(label) >= 0);
  return field
    ? { keyAt: named(field.label), kind: "field", fieldNo: field.no }
    : { ...guessed, fieldNo: null };
}

async function keyFields(c: MemberContext): Promise<{ no: number; label: string }[]> {
  return (await fieldsOf(shardOf(c)))
    .filter(({ type }) => keyTypes.has(type))
    .map((field) => ({ no: field.no, label: fieldLabel(field, c.var.locale) }));
}

mergeKeyRoutes.post(UPLOAD, memberCan("mailings.edit"), async (c) => {
  const { ctx, t, locale, group, account, role } = c.var;
  const file = await fileIn(c);
  const upload = await uploadOf(c, file);
  if (!upload) return c.redirect(fileHref(c, file), 303);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = {
    keyAt: single(values, "keyAt"),
    kind: single(values, "kind"),
    fieldNo: single(values, "fieldNo"),
  };
  const outlook = await outlookOn(ctx, group, upload);
  const choice = choiceIn(typed, outlook?.headings.length ?? 0, await keyFields(c));
  if (!("keyAt" in choice))
    return keyPage(
      c,
      { file, upload },
      { typed, errors: { [choice.field]: t(`merging.key.problem.${choice.why}`) } },
    );
  await takeMove(c);
  const may = { send: can(role, "mailings.send"), seePeople: can(role, "people.view") };
  const taken = await takeUpload(ctx, group, account, { file, upload }, choice, may);
  switch (taken.is) {
    case "taken":
      return c.redirect(`${fileHref(c, file)}?done=taken`, 303);
    case "gone":
      return c.redirect(fileHref(c, file), 303);
    case "sentOn":
    case "narrowed":
    case "manyRows":
    case "noRows": {
      const rows = formatNumber(MERGE_ROWS_MAX, locale);
      return keyPage(
        c,
        { file, upload },
        { typed, errors: { keyAt: t(`merging.key.problem.${taken.is}`, { rows }) } },
      );
    }
  }
});

type Unchosen =
  | { field: "keyAt"; why: "column" }
  | { field: "kind"; why: "kind" }
  | { field: "fieldNo"; why: "field" };

function choiceIn(
  typed: MergeKeyValues,
  columns: number,
  fields: readonly { no: number }[],
): KeyChoice | Unchosen {
  const keyAt = /^\d{1,3}$/.test(typed.keyAt) ? Number(typed.keyAt) : -1;
  if (keyAt < 0 || keyAt >= columns) return { field: "keyAt", why: "column" };
  const kind = mergeKinds.find((each) => each === typed.kind);
  if (!kind) return { field: "kind", why: "kind" };
  const field = kind === "field" ? fields.find(({ no }) => String(no) === typed.fieldNo) : null;
  return field === undefined
    ? { field: "fieldNo", why: "field" }
    : { keyAt, kind, fieldNo: field?.no ?? null };
}
