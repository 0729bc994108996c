import { Hono } from "hono";
import { recipientsOf } from "../delivery/estimate";
import { type MemberEnv, memberCan } from "../groups/web";
import { type AddResult, addAlternate, type NewAlternate } from "../mailings/alternate";
import { alternatesOf, hasAlternates } from "../mailings/combining";
import { draftVersionsOf, removeVersions } from "../mailings/mailing";
import {
  type AlternatePart,
  alternateParts,
  COMBINATIONS_MAX,
  FROM_NAME_MAX,
  type Mailing,
  PREVIEW_MAX,
  SUBJECT_MAX,
} from "../mailings/types";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import type { FieldErrors } from "../ui/form";
import { AlternatesPage, type AlternatesProps, type TypedAlternate } from "./alternate-views";
import { isOpen, placeQuery } from "./parts";
import { flashOf, hrefOf, MAILING_PATH, type MemberContext, mailingIn, pageOf, shardOf } from "./web";

const FORM_BYTES_MAX = 16 * 1024;
const PATH = `${MAILING_PATH}/alternates`;
/** How long the page waits for the audience to be counted; what is longer is reckoned from the part that was. */
const COUNT_MS = 1_000;

/** Subjects, senders and messages of a mailing, of which every combination is a version. */
export const alternateRoutes = new Hono<MemberEnv>();

alternateRoutes.get(PATH, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingIn(c);
  if (!isOpen(mailing)) return c.redirect(hrefOf(c, mailing, "progress"), 303);
  return c.html(<AlternatesPage {...(await showing(c, mailing))} />);
});

alternateRoutes.post(PATH, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const mailing = await mailingIn(c);
  if (!isOpen(mailing)) return c.redirect(hrefOf(c, mailing, "progress"), 303);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const part = alternateParts.find((each) => each === single(values, "part"));
  if (!part) throw new AppError("bad_request");
  const typed = typedFrom(values);
  const errors = errorsOf(c, part, typed);
  const refuse = async (state: Pick<AlternatesProps, "refusal">) =>
    c.html(
      <AlternatesPage {...(await showing(c, mailing, { typed, errors, refused: part, ...state }))} />,
      422,
    );
  if (Object.keys(errors).length > 0) return refuse({});
  const added = await addAlternate(ctx, group, mailing, account, newOf(part, typed));
  switch (added.is) {
    case "added":
      return c.redirect(await addedHref(c, mailing, part, added), 303);
    case "not_a_draft":
      return c.redirect(hrefOf(c, mailing, "progress"), 303);
    case "full":
    case "whole_versions":
      return refuse({ refusal: c.var.t(`alternates.refused.${added.is}`, { most: COMBINATIONS_MAX }) });
  }
});

alternateRoutes.post(`${PATH}/removal`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const part = alternateParts.find((each) => each === single(values, "part"));
  if (!part) throw new AppError("bad_request");
  if (!isOpen(mailing)) return c.redirect(hrefOf(c, mailing, "progress"), 303);
  const variantNo = Number(single(values, "alternate"));
  const shown = { variantNo, part, revision: Number(single(values, "version")) };
  if (await removeVersions(c.var.ctx, c.var.group, mailing, shown))
    return c.redirect(`${hrefOf(c, mailing, "alternates")}?done=removed`, 303);
  // Somebody changed it, or another has its number by now.
  const refusal = c.var.t("alternates.refused.stale");
  return c.html(<AlternatesPage {...(await showing(c, mailing, { refusal }))} />, 409);
});

function typedFrom(values: FormValues): TypedAlternate {
  const line = (name: string) => cleanLine(single(values, name));
  return { subject: line("subject"), preview: line("preview"), fromName: line("fromName") };
}

function newOf(part: AlternatePart, { subject, preview, fromName }: TypedAlternate): NewAlternate {
  switch (part) {
    case "subject":
      return { part, subject, preview };
    case "sender":
      return { part, fromName };
    case "body":
      return { part };
  }
}

function errorsOf({ var: { t } }: MemberContext, part: AlternatePart, typed: TypedAlternate): FieldErrors {
  const wrong = (name: keyof TypedAlternate, max: number, isNeeded: boolean): FieldErrors => {
    if (isNeeded && typed[name] === "")
      return { [name]: t(`alternates.refused.empty.${name === "fromName" ? "sender" : "subject"}`) };
    return typed[name].length > max ? { [name]: t("composer.problem.tooLong", { count: max }) } : {};
  };
  switch (part) {
    case "subject":
      return { ...wrong("subject", SUBJECT_MAX, true), ...wrong("preview", PREVIEW_MAX, false) };
    case "sender":
      return wrong("fromName", FROM_NAME_MAX, true);
    case "body":
      return {};
  }
}

/** A line is written already; a message is opened to be changed. */
async function addedHref(
  c: MemberContext,
  mailing: Mailing,
  part: AlternatePart,
  { row }: Extract<AddResult, { is: "added" }>,
): Promise<string> {
  if (part !== "body") return `${hrefOf(c, mailing, "alternates")}?done=added#${part}`;
  const own = (await draftVersionsOf(shardOf(c), mailing.no)).filter(({ variantNo }) => variantNo === row);
  const { locale } = c.var.group;
  const [version] = own.toSorted(
    (one, other) => Number(other.language === locale) - Number(one.language === locale),
  );
  return hrefOf(c, mailing) + placeQuery(version ?? { variantNo: row, language: locale, part });
}

async function showing(
  c: MemberContext,
  mailing: Mailing,
  state: Partial<Pick<AlternatesProps, "typed" | "errors" | "refused" | "refusal">> = {},
): Promise<AlternatesProps> {
  const [page, written, recipients] = await Promise.all([
    pageOf(c),
    draftVersionsOf(shardOf(c), mailing.no),
    recipientsIn(c, mailing),
  ]);
  return {
    ...{ ...page, mailing, written, recipients, href: hrefOf(c, mailing) },
    alternates: alternatesOf(written),
    isWhole: !hasAlternates(written) && written.some(({ variantNo }) => variantNo > 1),
    typed: { subject: "", preview: "", fromName: "" },
    errors: {},
    refused: null,
    ...state,
    ...flashOf(c, { added: "alternates.done.added", removed: "alternates.done.removed" }),
  };
}

/** How many would get it now; null while nobody is chosen. */
async function recipientsIn(
  c: MemberContext,
  { no, target, settings }: Mailing,
): Promise<AlternatesProps["recipients"]> {
  const { ctx, group } = c.var;
  const counting = { mailingNo: no, budgetMs: COUNT_MS, startAt: null };
  return target && ((await recipientsOf(ctx, group, target, settings, counting)) ?? "counting");
}
