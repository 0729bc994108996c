import { Hono } from "hono";
import { type MemberEnv, memberCan } from "../groups/web";
import { addNote, deleteNote, editNote, NOTE_MAX, NOTES_MAX, pinNote } from "../people/notes";
import { noteKinds } from "../people/types";
import { cleanText } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import { personPage } from "./person-page";
import { BYTES_MAX, type C, groupDb, PERSON_PATH, personHref, personIn } from "./web";

/** What members write about a person. */
export const noteRoutes = new Hono<MemberEnv>()
  .post(`${PERSON_PATH}/notes`, memberCan("people.edit"), async (c) => {
    const { ctx, t, group, account } = c.var;
    const person = await personIn(c);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const { kind, text, error } = readNote(c, values, "");
    const refuse = (words: string) =>
      personPage(c, person, { values: { kind, note: text }, errors: { note: words } });
    if (error) return refuse(error);
    const isAdded = await addNote(ctx, groupDb(c), person.no, { kind, text, by: account.no });
    if (!isAdded) return refuse(t("profiles.problems.tooManyNotes", { max: NOTES_MAX }));
    return c.redirect(personHref(group, person, "?done=noted#notes"), 303);
  })
  .post(`${PERSON_PATH}/notes/:note`, memberCan("people.edit"), async (c) => {
    const { ctx, group, account } = c.var;
    const person = await personIn(c);
    const db = groupDb(c);
    const id = c.req.param("note");
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const wanted = single(values, "do");
    if (wanted === "edit") {
      const { kind, text, error } = readNote(c, values, `-${id}`);
      if (error) return personPage(c, person, { errors: { [`note-${id}`]: error } });
      if (!(await editNote(ctx, db, person.no, id, { kind, text, by: account.no })))
        throw new AppError("not_found");
      return c.redirect(personHref(group, person, "?done=noted#notes"), 303);
    }
    if (wanted === "delete") {
      if (!(await deleteNote(db, person.no, id, { by: account.no, at: ctx.now })))
        throw new AppError("not_found");
      return c.redirect(personHref(group, person, `?done=noteDeleted&id=${encodeURIComponent(id)}`), 303);
    }
    if (wanted !== "pin" && wanted !== "unpin") throw new AppError("bad_request");
    if (!(await pinNote(db, person.no, id, wanted === "pin"))) throw new AppError("not_found");
    return c.redirect(personHref(group, person, "#notes"), 303);
  })
  .post(`${PERSON_PATH}/notes/:note/restoration`, memberCan("people.edit"), async (c) => {
    const person = await personIn(c);
    if (!(await deleteNote(groupDb(c), person.no, c.req.param("note"), null)))
      throw new AppError("not_found");
    return c.redirect(personHref(c.var.group, person, "#notes"), 303);
  });

function readNote(c: C, values: FormValues, suffix: string) {
  const { t } = c.var;
  const text = cleanText(single(values, `note${suffix}`));
  const kind = noteKinds.find((name) => name === single(values, `kind${suffix}`)) ?? "note";
  const error =
    text === ""
      ? t("profiles.problems.note")
      : text.length > NOTE_MAX
        ? t("profiles.problems.long", { max: NOTE_MAX })
        : null;
  return { kind, text, error };
}
