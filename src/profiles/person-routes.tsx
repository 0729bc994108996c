import { Hono } from "hono";
import { recordAct } from "../groups/audit";
import { type MemberEnv, memberCan } from "../groups/web";
import { identityHash } from "../intake/participation";
import {
  addPerson,
  changesOf,
  editPerson,
  findPerson,
  type PersonRow,
  peopleByNumber,
  undoEdit,
} from "../people/edit";
import { changeSubscription } from "../people/person";
import { toHex } from "../platform/crypto";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import type { FlashMessage } from "../ui/flash";
import type { T } from "../ui/i18n";
import { detailsOf, noDetails, type Problems, readDetails, readEmail, readPhone, readWas } from "./details";
import { AddPage, EditPage } from "./edit-views";
import { personPage } from "./person-page";
import {
  BYTES_MAX,
  type C,
  groupDb,
  PEOPLE_PATH,
  PERSON_PATH,
  peopleFrame,
  personHref,
  personIn,
  survivorOf,
} from "./web";

const REASON_MAX = 300;

/** One person: their page, adding them and changing their details. */
export const personRoutes = new Hono<MemberEnv>()
  .get(`${PEOPLE_PATH}/new`, memberCan("people.edit"), async (c) => addPage(c, {}, {}))
  .post(PEOPLE_PATH, memberCan("people.edit"), async (c) => {
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    return add(c, values);
  })
  .get(PERSON_PATH, memberCan("people.view"), async (c) => {
    const { group, t } = c.var;
    const found = await findPerson(groupDb(c), c.req.param("person"));
    if (!found) throw new AppError("not_found");
    const person = await survivorOf(groupDb(c), found);
    if (!person) throw new AppError("not_found");
    if (person.no !== found.no) return c.redirect(personHref(group, person, "?done=merged"), 303);
    return personPage(c, person, {
      flash: doneFlash(t, c.req.query("done"), (rest) => personHref(group, person, rest), c.req.query("id")),
    });
  })
  .get(`${PERSON_PATH}/edit`, memberCan("people.edit"), async (c) => {
    const person = await personIn(c);
    return editPage(c, person, {}, {});
  })
  .post(`${PERSON_PATH}/edit`, memberCan("people.edit"), async (c) => {
    const { ctx, t, group, account } = c.var;
    const person = await personIn(c);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const { details, problems } = readDetails(t, values);
    if (Object.keys(problems).length > 0) return editPage(c, person, values, problems);
    const changes = changesOf(readWas(values), details);
    const edit = await editPerson(ctx, groupDb(c), person.no, changes, account.no);
    return c.redirect(personHref(group, person, edit ? `?done=edited&id=${edit}` : ""), 303);
  })
  .post(`${PERSON_PATH}/edits/:edit/undo`, memberCan("people.edit"), async (c) => {
    const { ctx, group, account } = c.var;
    const person = await personIn(c);
    const count = await undoEdit(ctx, groupDb(c), person, c.req.param("edit"), account.no);
    if (count === null) throw new AppError("not_found");
    return c.redirect(personHref(group, person, count > 0 ? "?done=undone" : "?done=changedSince"), 303);
  });

async function addPage(c: C, values: FormValues, errors: Problems, known?: PersonRow) {
  const page = (
    <AddPage
      {...(await peopleFrame(c))}
      values={values}
      errors={errors}
      known={known}
      country={c.var.group.country}
    />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}

async function editPage(c: C, person: PersonRow, values: FormValues, errors: Problems) {
  const was = detailsOf(person);
  const page = (
    <EditPage {...(await peopleFrame(c))} person={person} was={was} values={values} errors={errors} />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}

async function add(c: C, values: FormValues) {
  const { ctx, t, group, account } = c.var;
  const { details, problems } = readDetails(t, values);
  const emailText = single(values, "email").trim();
  const phoneText = single(values, "phone").trim();
  const email = emailText === "" ? null : readEmail(t, emailText, problems, "email");
  const country = details.country || group.country;
  const phone = phoneText === "" ? null : readPhone(t, phoneText, { country, problems, name: "phone" });
  if (emailText === "" && phoneText === "") problems.email = t("profiles.problems.address");
  const wantsMail = single(values, "subscribe") === "yes";
  const reason = single(values, "reason").trim();
  if (wantsMail && reason === "") problems.reason = t("profiles.problems.reason");
  if (reason.length > REASON_MAX) problems.reason = t("profiles.problems.long", { max: REASON_MAX });
  if (wantsMail && emailText === "") problems.email ??= t("profiles.problems.noEmail");
  if (Object.keys(problems).length > 0) return addPage(c, values, problems);
  const hash = email ? toHex(await identityHash(ctx.config.IDENTITY_PEPPER, group.id, email)) : null;
  const db = groupDb(c);
  const added = await addPerson(ctx, db, {
    email,
    phone,
    details: { ...noDetails, ...details },
    hash,
    by: account.no,
  });
  switch (added.outcome) {
    case "forgotten":
      return addPage(c, values, { email: t("profiles.problems.forgotten") });
    case "known": {
      const [known] = await peopleByNumber(db, [added.personNo]);
      const now = known && (await survivorOf(db, known));
      if (!now) throw new AppError("conflict");
      return c.redirect(personHref(group, now, "?done=known"), 303);
    }
    case "added": {
      const { person } = added;
      const consent = {
        status: "subscribed",
        cause: "organiser",
        reason,
        by: account.no,
        at: ctx.now,
      } as const;
      if (wantsMail) await changeSubscription(db, person.no, { channel: "email", ...consent });
      await recordAct(ctx, {
        groupNo: group.no,
        accountNo: account.no,
        act: "person.added",
        subject: person.id,
      });
      return c.redirect(personHref(group, person, "?done=added"), 303);
    }
  }
}

/** What just happened, with the way back where there is one. */
function doneFlash(
  t: T,
  done: string | undefined,
  href: (rest: string) => string,
  id: string | undefined,
): FlashMessage | undefined {
  const undo = (action: string) => ({ action: href(action), label: t("common.form.undo") });
  if (done === "edited")
    return { kind: "good", text: t("profiles.done.edited"), undo: undo(`/edits/${id ?? ""}/undo`) };
  if (done === "noteDeleted")
    return {
      kind: "good",
      text: t("profiles.done.noteDeleted"),
      undo: undo(`/notes/${id ?? ""}/restoration`),
    };
  const known = words.find((name) => name === done);
  return known
    ? {
        kind: known === "changedSince" || known === "newer" ? "warn" : "good",
        text: t(`profiles.done.${known}`),
      }
    : undefined;
}

const words = [
  "added",
  "known",
  "merged",
  "undone",
  "changedSince",
  "addresses",
  "subscribed",
  "unsubscribed",
  "newer",
  "tagged",
  "fields",
  "noted",
  "split",
] as const;
