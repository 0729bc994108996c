import { Hono } from "hono";
import { actionByNo } from "../actions/action";
import { recordAct } from "../groups/audit";
import { type MemberEnv, memberCan } from "../groups/web";
import { mergePeople, splitPeople } from "../intake/erasure";
import { targetOf } from "../intake/removal";
import type { IntakeTarget } from "../intake/types";
import { findPerson, type PersonRow, peopleByNumber } from "../people/edit";
import {
  canSplit,
  dismissDuplicate,
  findMerge,
  listDuplicates,
  listMerges,
  type MergeRow,
  mergedActions,
  restoreDuplicate,
  sharedActions,
} from "../people/merge";
import type { MergeChoices } from "../people/person";
import { SEARCH_TEXT_MAX, searchPeople } from "../people/search";
import type { MergeId } from "../people/types";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import { parseId } from "../platform/ids";
import type { FlashMessage } from "../ui/flash";
import { DuplicatesPage, MergesPage, SplitPage } from "./merge-log-views";
import { ChoosePage, type MergeChoice, MergePage, mergeChoices } from "./merge-views";
import {
  BYTES_MAX,
  type C,
  groupDb,
  nameOf,
  nameOfMembers,
  PEOPLE_PATH,
  peopleFrame,
  personHref,
  survivorOf,
} from "./web";

/** Actions named one by one before a merge. */
const SHOWN_MAX = 10;
/** What is moved in one statement must fit D1; nobody signs so much. */
const MOVED_MAX = 5_000;

const PAIR = /^(\d{1,12})-(\d{1,12})$/;

/** Two people who are one: what is suspected, what merging does, what was merged, and parting again. */
export const mergeRoutes = new Hono<MemberEnv>()
  .get(`${PEOPLE_PATH}/duplicates`, memberCan("people.edit"), async (c) => {
    const db = groupDb(c);
    const [, first = "", second = ""] = PAIR.exec(c.req.query("after") ?? "") ?? [];
    const { pairs, next } = await listDuplicates(db, [Number(first), Number(second)]);
    const people = await peopleByNumber(
      db,
      pairs.flatMap(({ firstNo, secondNo }) => [firstNo, secondNo]),
    );
    const byNumber = new Map(people.map((person) => [person.no, person]));
    const shown = pairs.flatMap(({ firstNo, secondNo, reason }) => {
      const [one, other] = [byNumber.get(firstNo), byNumber.get(secondNo)];
      return one && other ? [{ one, other, reason }] : [];
    });
    return c.html(
      <DuplicatesPage
        {...(await peopleFrame(c, dismissedFlash(c)))}
        pairs={shown}
        next={next}
        isFirstPage={first === ""}
      />,
    );
  })
  .post(`${PEOPLE_PATH}/duplicates`, memberCan("people.edit"), async (c) => {
    const { ctx, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const { one, other } = await twoIn(c, single(values, "one"), single(values, "other"));
    const pair = { first: one.no, second: other.no };
    const db = groupDb(c);
    if (!(await dismissDuplicate(db, pair, account.no, ctx.now))) throw new AppError("not_found");
    return c.redirect(
      `/groups/${group.slug}/people/duplicates?done=dismissed&one=${one.id}&other=${other.id}`,
      303,
    );
  })
  .post(`${PEOPLE_PATH}/duplicates/:one/:other/restoration`, memberCan("people.edit"), async (c) => {
    const { one, other } = await twoIn(c, c.req.param("one"), c.req.param("other"));
    await restoreDuplicate(groupDb(c), { first: one.no, second: other.no });
    return c.redirect(`/groups/${c.var.group.slug}/people/duplicates`, 303);
  })
  .get(`${PEOPLE_PATH}/merges`, memberCan("people.edit"), async (c) => {
    const before = parseId<MergeId>(c.req.query("before") ?? "");
    const [frame, nameOfMember, { merges, next }] = await Promise.all([
      peopleFrame(c),
      nameOfMembers(c),
      listMerges(groupDb(c), before, c.var.ctx.now),
    ]);
    return c.html(
      <MergesPage {...frame} {...{ merges, next, nameOfMember }} isFirstPage={before === null} />,
    );
  })
  .get(`${PEOPLE_PATH}/merges/new`, memberCan("people.edit"), async (c) => {
    const db = groupDb(c);
    const one = await wholePerson(c, c.req.query("one") ?? "");
    const otherId = c.req.query("other");
    if (otherId === undefined) return choosePage(c, one);
    const other = await wholePerson(c, otherId);
    if (other.no === one.no) return choosePage(c, one);
    const { actionNos, lostCount } = await sharedActions(db, { kept: one.no, lost: other.no });
    const shared = await Promise.all(actionNos.slice(0, SHOWN_MAX).map((no) => actionByNo(db, no)));
    const page = (
      <MergePage
        {...(await peopleFrame(c))}
        {...{ one, other, lostCount }}
        sharedCount={actionNos.length}
        shared={shared.flatMap((action) => (action ? [action.title] : []))}
      />
    );
    return c.html(page);
  })
  .post(`${PEOPLE_PATH}/merges`, memberCan("people.edit"), async (c) => {
    const { ctx, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const { one: kept, other: lost } = await twoIn(c, single(values, "kept"), single(values, "lost"));
    const db = groupDb(c);
    const { actionNos, lostCount } = await sharedActions(db, { kept: kept.no, lost: lost.no });
    if (lostCount > MOVED_MAX) throw new AppError("conflict");
    const targets = await targetsOf(c, actionNos);
    const options = { by: account.no, cause: "organiser" as const, choices: choicesIn(values) };
    const id = await mergePeople(ctx, group, { kept: kept.no, lost: lost.no }, targets, options);
    if (!id) throw new AppError("conflict");
    await audit(c, "person.merged", kept.id, lost.id);
    return c.redirect(personHref(group, kept, "?done=merged"), 303);
  })
  .get(`${PEOPLE_PATH}/merges/:merge`, memberCan("people.edit"), async (c) => {
    const merge = await mergeIn(c);
    const [frame, nameOfMember] = await Promise.all([peopleFrame(c), nameOfMembers(c)]);
    return c.html(
      <SplitPage {...frame} {...{ merge, nameOfMember }} canSplit={canSplit(merge, c.var.ctx.now)} />,
    );
  })
  .post(`${PEOPLE_PATH}/merges/:merge/undo`, memberCan("people.edit"), async (c) => {
    const { ctx, group, account } = c.var;
    const merge = await mergeIn(c);
    const targets = await targetsOf(c, await mergedActions(groupDb(c), merge.id));
    const two = await splitPeople(ctx, group, merge.id, account.no, targets);
    if (!two || !merge.keptId) throw new AppError("conflict");
    const [lost] = await peopleByNumber(groupDb(c), [two.lost]);
    await audit(c, "person.parted", merge.keptId, lost?.id ?? "");
    return c.redirect(personHref(group, { id: merge.keptId }, "?done=split"), 303);
  });

function audit(c: C, act: "person.merged" | "person.parted", kept: string, lost: string): Promise<void> {
  const { ctx, group, account } = c.var;
  return recordAct(ctx, {
    groupNo: group.no,
    accountNo: account.no,
    act,
    subject: kept,
    detail: { kept, lost },
  });
}

/** The first of the two stays. Throws not_found unless both are the group's, there, and two. */
async function twoIn(c: C, oneId: string, otherId: string): Promise<{ one: PersonRow; other: PersonRow }> {
  const [one, other] = await Promise.all([wholePerson(c, oneId), wholePerson(c, otherId)]);
  if (one.no === other.no) throw new AppError("not_found");
  return { one, other };
}

async function wholePerson(c: C, id: string): Promise<PersonRow> {
  const db = groupDb(c);
  const found = await findPerson(db, id);
  const person = found && (await survivorOf(db, found));
  if (!person) throw new AppError("not_found");
  return person;
}

async function mergeIn(c: C): Promise<MergeRow> {
  const id = parseId<MergeId>(c.req.param("merge") ?? "");
  const merge = id && (await findMerge(groupDb(c), id));
  if (!merge) throw new AppError("not_found");
  return merge;
}

/** Whom to merge somebody with, when only one is known. */
async function choosePage(c: C, one: PersonRow) {
  const { ctx, group } = c.var;
  const text = (c.req.query("q") ?? "").trim().slice(0, SEARCH_TEXT_MAX);
  const asked = text || nameOf(one);
  const found = asked === "" ? [] : await searchPeople(ctx, group, asked);
  const others = found.filter(({ personNo }) => personNo !== one.no);
  return c.html(<ChoosePage {...(await peopleFrame(c))} {...{ one, others }} text={asked} />);
}

async function targetsOf(c: C, actionNos: number[]): Promise<IntakeTarget[]> {
  const { group } = c.var;
  const actions = await Promise.all(actionNos.map((no) => actionByNo(groupDb(c), no)));
  return actions.flatMap((action) => (action ? [targetOf(group, action)] : []));
}

const columns: Record<MergeChoice, keyof MergeChoices> = {
  email: "email",
  phone: "phone",
  givenName: "given_name",
  preferredName: "preferred_name",
  familyName: "family_name",
  street: "street",
  locality: "locality",
  region: "region",
  postalCode: "postal_code",
  country: "country",
  language: "language",
  timeZone: "time_zone",
};

function choicesIn(values: FormValues): MergeChoices {
  const choices: MergeChoices = {};
  for (const name of mergeChoices) {
    const chosen = single(values, `choice.${name}`);
    if (chosen === "kept" || chosen === "lost") choices[columns[name]] = chosen;
  }
  return choices;
}

function dismissedFlash(c: C): FlashMessage | undefined {
  const { t, group } = c.var;
  const [one, other] = [parseId(c.req.query("one") ?? ""), parseId(c.req.query("other") ?? "")];
  if (c.req.query("done") !== "dismissed" || !one || !other) return undefined;
  const action = `/groups/${group.slug}/people/duplicates/${one}/${other}/restoration`;
  return {
    kind: "good",
    text: t("profiles.duplicates.dismissed"),
    undo: { action, label: t("common.form.undo") },
  };
}
