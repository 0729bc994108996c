import { Hono } from "hono";
import { countAudience, everybody, listAudiences } from "../audiences/audience";
import { CountPanel, type CountPanelProps } from "../audiences/audience-fields";
import {
  audienceFrom,
  changedDraft,
  type Draft,
  draftFrom,
  draftOf,
  namedKinds,
  offersFor,
  type Problems,
  settingOf,
} from "../audiences/building";
import type { Audience, Clause, Node, SavedAudience } from "../audiences/types";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { mailingByNo, saveSettings } from "../mailings/mailing";
import type { Mailing } from "../mailings/types";
import { type FormValues, readForm, several, single } from "../platform/forms";
import type { FieldErrors } from "../ui/form";
import { wordsOf } from "./audience-words";
import { chosenMirror, mirroredAudience, mirroring, mirrorProblemIn } from "./mirrors";
import { isOpen } from "./parts";
import { ChooserPage, TargetPage } from "./target-views";
import { presenceIn } from "./version-routes";
import { flashOf, hrefOf, MAILING_PATH, type MemberContext, mailingIn, nameOf, pageOf, shardOf } from "./web";

/** As large as the builder's own form may be. */
const FORM_BYTES_MAX = 1_000_000;

/** The second step: who gets a mailing. */
export const targetRoutes = new Hono<MemberEnv>();

targetRoutes.get(`${MAILING_PATH}/target`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingIn(c);
  if (!isOpen(mailing)) return c.redirect(hrefOf(c, mailing, "progress"), 303);
  const audience = mailing.target?.audience ?? everybody;
  const { mirrorsNo } = mailing.settings;
  if (!mayBuild(c))
    return c.html(<ChooserPage {...(await choosing(c, mailing, { audience, mirrorsNo }, {}))} />);
  const { group, locale } = c.var;
  const draft = await draftOf(shardOf(c), audience, settingOf(group, locale));
  const built = { draft, audience, mirrorsNo, problems: new Map() };
  return c.html(<TargetPage {...(await building(c, mailing, built))} />);
});

/** Whoever may not see people chooses among audiences others made: building one would tell who is on the list. */
function mayBuild(c: MemberContext): boolean {
  return can(c.var.role, "people.view");
}

targetRoutes.post(`${MAILING_PATH}/target`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingIn(c);
  if (!isOpen(mailing)) return c.redirect(hrefOf(c, mailing, "progress"), 303);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  return mayBuild(c) ? receiveBuilt(c, mailing, values) : receiveChosen(c, mailing, values);
});

async function receiveBuilt(c: MemberContext, mailing: Mailing, values: FormValues): Promise<Response> {
  const { ctx, group, locale } = c.var;
  const command = single(values, "do");
  const isLenient = command !== "" && command !== "save";
  const draft = withChoice(changedDraft(draftFrom(values), command, values), command, {
    saved: single(values, "savedAudience"),
    copyOf: mailing.copyOf,
  });
  const { audience, problems } = await audienceFrom(ctx, shardOf(c), draft, settingOf(group, locale), {
    isLenient,
  });
  const mirrorsNo = chosenMirror(values);
  const built = { draft, audience, mirrorsNo, problems };
  if (isLenient)
    return c.html(<TargetPage {...(await building(c, mailing, { ...built, problems: new Map() }))} />);
  const mirror = audience && (await mirrorProblemIn(c, mailing, audience, mirrorsNo));
  if (!audience || problems.size > 0 || mirror)
    return c.html(<TargetPage {...(await building(c, mailing, { ...built, mirror }))} />, 422);
  return saved(c, mailing, { audience, mirrorsNo }, command);
}

type Chosen = { audience: Audience; mirrorsNo: number | null };

async function saved(c: MemberContext, mailing: Mailing, { audience, mirrorsNo }: Chosen, command: string) {
  const change = { target: { audience, most: null }, settings: { mirrorsNo } };
  const isSaved = await saveSettings(c.var.ctx, c.var.group, mailing, change);
  if (!isSaved) return c.redirect(hrefOf(c, mailing, "progress"), 303);
  return c.redirect(
    command === "save" ? `${hrefOf(c, mailing, "target")}?done=saved` : hrefOf(c, mailing, "review"),
    303,
  );
}

/** What the buttons beside the builder put into it. */
function withChoice(
  draft: Draft,
  command: string,
  { saved: savedNo, copyOf }: { saved: string; copyOf: number | null },
): Draft {
  const add = (part: "include" | "exclude", child: { is: "saved" | "mail"; values: FormValues }): Draft => {
    const root = draft[part];
    const path = `${root.path}.${root.children.length}`;
    return { ...draft, [part]: { ...root, children: [...root.children, { path, isNot: false, ...child }] } };
  };
  if (command === "saved" && savedNo !== "")
    return add("include", { is: "saved", values: { audience: savedNo } });
  if (command === "without" && savedNo !== "")
    return add("exclude", { is: "saved", values: { audience: savedNo } });
  if (command === "copied" && copyOf !== null)
    return add("exclude", { is: "mail", values: { did: "received", mailings: [String(copyOf)] } });
  return draft;
}

/** The count and the sentence alone, of a form as it stands. */
targetRoutes.post(`${MAILING_PATH}/target/count`, memberCan("people.view"), async (c) => {
  const { ctx, group, locale } = c.var;
  await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const { audience } = await audienceFrom(ctx, shardOf(c), draftFrom(values), settingOf(group, locale), {
    isLenient: true,
  });
  return c.html(<CountPanel {...(await panel(c, audience, chosenMirror(values)))} />);
});

async function panel(
  c: MemberContext,
  own: Audience | null,
  mirrorsNo: number | null,
): Promise<CountPanelProps> {
  const { ctx, t, locale, group, account } = c.var;
  const shown = { t, locale, timeZone: account.timeZone, now: ctx.now };
  if (!own) return { ...shown, words: "", counted: null };
  const { audience, note } = await mirroredAudience(c, own, mirrorsNo);
  const counted = await countAudience(ctx, shardOf(c), audience);
  return { ...shown, counted, words: await wordsOf(c, audience, group.timeZone), ...(note ? { note } : {}) };
}

type Built = {
  draft: Draft;
  audience: Audience | null;
  mirrorsNo: number | null;
  problems: Problems;
  /** What is wrong with the mailing it mirrors. */
  mirror?: string | null;
};

async function building(c: MemberContext, mailing: Mailing, built: Built) {
  const { draft, audience, mirrorsNo, problems, mirror } = built;
  const { t, locale, group, account } = c.var;
  const db = shardOf(c);
  const [page, frame, savedOnes, offers, copied] = await Promise.all([
    common(c, mailing, mirrorsNo),
    panel(c, audience, mirrorsNo),
    listAudiences(db, account.no),
    offersFor(db, account.no, null),
    mailing.copyOf === null ? null : mailingByNo(db, mailing.copyOf),
  ]);
  const errors: FieldErrors = {
    ...Object.fromEntries([...problems].map(([name, problem]) => [name, t(`audiences.problem.${problem}`)])),
    ...(mirror ? { mirrorsNo: mirror } : {}),
  };
  return {
    ...page,
    ...{ draft, errors, count: frame, saved: savedOnes, copied: copied && nameOf(t, copied) },
    setting: {
      ...{ t, locale, currency: group.currency, kinds: namedKinds(t), offers },
      errorOf: (name: string) => errors[name],
    },
  };
}

async function common(c: MemberContext, mailing: Mailing, mirrorsNo: number | null) {
  const [page, presence, mirror] = await Promise.all([
    pageOf(c),
    presenceIn(c, mailing),
    mirroring(c, mailing, mirrorsNo),
  ]);
  return {
    ...{ ...page, mailing, presence, mirror, href: hrefOf(c, mailing) },
    ...flashOf(c, { saved: "composer.done.saved", named: "composer.done.named" }),
  };
}

async function receiveChosen(c: MemberContext, mailing: Mailing, values: FormValues): Promise<Response> {
  const savedOnes = await sharedAudiences(c);
  const among = (name: string) =>
    several(values, name)
      .map(Number)
      .filter((no) => savedOnes.some((each) => each.no === no));
  const [include, exclude] = [among("include"), among("exclude")];
  const chosen = (nos: readonly number[]) => nos.map((audience) => ({ is: "saved" as const, audience }));
  const audience: Audience = {
    include: { any: chosen(include) },
    ...(exclude.length > 0 ? { exclude: { any: chosen(exclude) } } : {}),
  };
  const command = single(values, "do");
  const mirrorsNo = chosenMirror(values);
  const mirror = command === "count" ? null : await mirrorProblemIn(c, mailing, audience, mirrorsNo);
  if (include.length === 0 || command === "count" || mirror) {
    const errors: FieldErrors = {
      ...(include.length === 0 && command !== "count"
        ? { include: c.var.t("composer.problem.noAudience") }
        : {}),
      ...(mirror ? { mirrorsNo: mirror } : {}),
    };
    const props = await choosing(c, mailing, { audience, mirrorsNo }, errors);
    return c.html(<ChooserPage {...props} />, command === "count" ? 200 : 422);
  }
  return saved(c, mailing, { audience, mirrorsNo }, command);
}

/** Those that everybody of the group may use. */
export async function sharedAudiences(c: MemberContext): Promise<SavedAudience[]> {
  const all = await listAudiences(shardOf(c), c.var.account.no);
  return all.filter(({ isShared }) => isShared);
}

async function choosing(
  c: MemberContext,
  mailing: Mailing,
  { audience, mirrorsNo }: Chosen,
  errors: FieldErrors,
) {
  const [page, count, savedOnes] = await Promise.all([
    common(c, mailing, mirrorsNo),
    panel(c, audience, mirrorsNo),
    sharedAudiences(c),
  ]);
  const chosen = { include: savedIn(audience.include), exclude: savedIn(audience.exclude) };
  const isBuilt = mailing.target !== null && chosen.include.length === 0;
  return { ...page, errors, count, saved: savedOnes, chosen, isBuilt };
}

/** The saved audiences a tree is nothing but, as the chooser writes it. */
function savedIn(node: Node | undefined): string[] {
  if (!node || !("any" in node)) return [];
  return node.any.flatMap((each) => (isSaved(each) ? [String(each.audience)] : []));
}

function isSaved(node: Node): node is Extract<Clause, { is: "saved" }> {
  return "is" in node && node.is === "saved";
}
