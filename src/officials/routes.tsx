import { Hono, type Context as HonoContext } from "hono";
import { recordAct } from "../groups/audit";
import { type MemberEnv, memberCan, memberFrame } from "../groups/web";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import type { FlashMessage } from "../ui/flash";
import { ListPage } from "./list-views";
import { matchTargets } from "./official";
import { createList, findList, listLists, listTargets, removeList, usersOf } from "./target-list";
import {
  builtinSets,
  LIST_BYTES_MAX,
  LIST_NAME_MAX,
  LISTS_MAX,
  type TargetList,
  targetSource,
} from "./types";
import { keepUpload, readUpload, takeUpload } from "./upload";
import { ListsPage, type Tried, UploadPage } from "./views";

const FORM_BYTES_MAX = LIST_BYTES_MAX + 10_000;
const SHOWN_PER_PAGE = 50;
const LIST = "/groups/:group/targets/:list";

type C = HonoContext<MemberEnv>;

/** A group's lists of people to write to or to call. */
export const officialRoutes = new Hono<MemberEnv>();

officialRoutes.get("/groups/:group/targets", memberCan("actions.view"), async (c) =>
  listsPage(c, { errors: {}, name: "" }),
);

officialRoutes.post("/groups/:group/targets", memberCan("actions.edit"), async (c) => {
  const { ctx, t, group } = c.var;
  const { values, files } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const name = cleanLine(single(values, "name"));
  const errors: Record<string, string> = {};
  if (name === "") errors.name = t("officials.errors.name");
  if (name.length > LIST_NAME_MAX) errors.name = t("officials.errors.nameLong", { max: LIST_NAME_MAX });
  if (!files.file) errors.file = t("officials.errors.file");
  if (!files.file || Object.keys(errors).length > 0) return listsPage(c, { errors, name });
  const list = await createList(ctx, group, name);
  if (!list)
    return listsPage(c, { errors: { name: t("officials.errors.tooMany", { max: LISTS_MAX }) }, name });
  const upload = await keepUpload(ctx, group, list, files.file);
  return c.redirect(`${hrefOf(c, list)}/uploads/${upload}`, 303);
});

officialRoutes.get(LIST, memberCan("actions.view"), async (c) => listPage(c, await listIn(c), {}));

officialRoutes.post(`${LIST}/uploads`, memberCan("actions.edit"), async (c) => {
  const { ctx, t, group } = c.var;
  const list = await listIn(c);
  const { files } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  if (!files.file) return listPage(c, list, { file: t("officials.errors.file") });
  const upload = await keepUpload(ctx, group, list, files.file);
  return c.redirect(`${hrefOf(c, list)}/uploads/${upload}`, 303);
});

officialRoutes.get(`${LIST}/uploads/:upload`, memberCan("actions.edit"), async (c) => {
  const { ctx, t, group } = c.var;
  const list = await listIn(c);
  const file = await readUpload(ctx, group, list, c.req.param("upload"));
  if (!file) throw new AppError("not_found");
  const frame = await memberFrame(c);
  const page = <UploadPage {...{ t, frame, group, list, file }} upload={c.req.param("upload")} />;
  return c.html(page, file.is === "read" ? 200 : 422);
});

officialRoutes.post(`${LIST}/uploads/:upload`, memberCan("actions.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const list = await listIn(c);
  const upload = c.req.param("upload");
  const isTaken = await takeUpload(ctx, group, list, { upload, by: account.no });
  if (!isTaken) throw new AppError("not_found");
  return c.redirect(`${hrefOf(c, list)}?done=taken`, 303);
});

officialRoutes.post(`${LIST}/removal`, memberCan("actions.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const list = await listIn(c);
  const removal = await removeList(ctx, group, list);
  if (removal.outcome === "used") return c.redirect(`${hrefOf(c, list)}?done=used`, 303);
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: account.no,
    act: "targets.removed",
    subject: list.id,
    detail: { name: list.name },
  });
  return c.redirect(`/groups/${group.slug}/targets?done=removed`, 303);
});

/** The list a request is about. Throws not_found for another group's and for none. */
async function listIn(c: C): Promise<TargetList> {
  const list = await findList(c.var.ctx, c.var.group, c.req.param("list") ?? "");
  if (!list) throw new AppError("not_found");
  return list;
}

function hrefOf(c: C, list: TargetList): string {
  return `/groups/${c.var.group.slug}/targets/${list.id}`;
}

async function listsPage(c: C, form: { errors: Record<string, string>; name: string }) {
  const { ctx, t, locale, group } = c.var;
  const sets = builtinSets.filter((set) => set === (c.req.query("set") ?? ""));
  const source = targetSource.parse({ from: "builtin", sets });
  const isRefused = Object.keys(form.errors).length > 0;
  const flash: FlashMessage | undefined = isRefused
    ? { kind: "bad", text: t("common.form.refused") }
    : c.req.query("done") === "removed"
      ? { kind: "good", text: t("officials.removal.done") }
      : undefined;
  const [frame, lists, tried] = await Promise.all([
    memberFrame(c),
    listLists(ctx, group),
    sets.length > 0 ? tryOut(c, source, sets.includes("ca-commons") ? "CA" : "US") : null,
  ]);
  const page = (
    <ListsPage
      {...{ t, locale, frame, group, lists, tried, flash }}
      {...form}
      set={sets[0] ?? "us-house"}
      now={ctx.now}
    />
  );
  return c.html(page, isRefused ? 422 : 200);
}

async function listPage(c: C, list: TargetList, errors: Record<string, string>) {
  const { ctx, t, locale, group } = c.var;
  const after = Number(c.req.query("after")) || 0;
  const source = targetSource.parse({ from: "list", listId: list.id });
  const country = c.req.query("country") ?? group.country;
  const [frame, targets, users, tried] = await Promise.all([
    memberFrame(c),
    listTargets(ctx, group, list, { after, limit: SHOWN_PER_PAGE + 1 }),
    usersOf(ctx, group, list),
    c.req.query("postalCode") === undefined ? null : tryOut(c, source, country),
  ]);
  const isRefused = Object.keys(errors).length > 0;
  const shown = targets.slice(0, SHOWN_PER_PAGE);
  const next = targets.length > SHOWN_PER_PAGE ? (shown.at(-1)?.no ?? null) : null;
  const flash = isRefused ? ({ kind: "bad", text: t("common.form.refused") } as const) : doneFlash(c);
  const props = { t, locale, frame, group, list, targets: shown, users, tried, errors, flash, next, country };
  return c.html(<ListPage {...props} isFirstPage={after === 0} />, isRefused ? 422 : 200);
}

function doneFlash(c: C): FlashMessage | undefined {
  switch (c.req.query("done")) {
    case "taken":
      return { kind: "good", text: c.var.t("officials.upload.done") };
    case "used":
      return { kind: "bad", text: c.var.t("officials.removal.used") };
    default:
      return undefined;
  }
}

/** Whom a supporter at a postal code would reach. */
async function tryOut(c: C, source: ReturnType<typeof targetSource.parse>, country: string): Promise<Tried> {
  const { ctx, group, locale } = c.var;
  const postalCode = cleanLine(c.req.query("postalCode") ?? "").slice(0, 12);
  const district = c.req.query("district") ?? "";
  const match = await matchTargets(ctx, group, source, { country, postalCode, district, locale });
  return { postalCode, district, match };
}
