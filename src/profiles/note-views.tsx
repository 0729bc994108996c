import { NOTE_MAX, type NoteRow } from "../people/notes";
import { noteKinds } from "../people/types";
import { Disclosure } from "../ui/card";
import { ButtonRow, Form, HiddenField, SelectField, SubmitButton, TextArea } from "../ui/form";
import { Status } from "../ui/status";
import { When } from "../ui/when";
import type { PersonPageProps } from "./person-views";
import { personHref } from "./web";

/** What members wrote about a person, and a box for more. Never shown to the public. */
export function Notes(props: PersonPageProps) {
  const { t, notes, mayEdit, person, group, values, errors } = props;
  return (
    <section class="section" id="notes" aria-labelledby="notes-title">
      <h2 id="notes-title">{t("profiles.notes.title")}</h2>
      {notes.length === 0 ? <p class="soft">{t("profiles.notes.none")}</p> : null}
      <ul class="notes">
        {notes.map((note) => (
          <Note {...props} note={note} />
        ))}
      </ul>
      {mayEdit ? (
        <Disclosure summary={t("profiles.notes.add")} isOpen={errors.note !== undefined}>
          <Form action={personHref(group, person, "/notes")} label={t("profiles.notes.add")}>
            <NoteFields {...props} kind={values.kind ?? "note"} text={values.note ?? ""} />
            <ButtonRow>
              <SubmitButton>{t("profiles.notes.button")}</SubmitButton>
            </ButtonRow>
          </Form>
        </Disclosure>
      ) : null}
    </section>
  );
}

function NoteFields({
  t,
  errors,
  kind,
  text,
  suffix = "",
}: Pick<PersonPageProps, "t" | "errors"> & { kind: string; text: string; suffix?: string }) {
  return (
    <>
      <SelectField
        name={`kind${suffix}`}
        label={t("profiles.notes.kind")}
        value={kind}
        options={noteKinds.map((value) => ({ value, label: t(`profiles.notes.kinds.${value}`) }))}
      />
      <TextArea
        name={`note${suffix}`}
        label={t("profiles.notes.text")}
        value={text}
        error={errors[`note${suffix}`]}
        maxlength={NOTE_MAX}
      />
    </>
  );
}

function Note(props: PersonPageProps & { note: NoteRow }) {
  const { t, locale, now, timeZone, note, mayEdit, person, group, nameOfMember } = props;
  const action = personHref(group, person, `/notes/${note.id}`);
  return (
    <li class={note.isPinned ? "note note-pinned" : "note"}>
      <p class="soft small">
        {t(`profiles.notes.kinds.${note.kind}`)} · {nameOfMember(note.createdBy)} ·{" "}
        <When at={note.createdAt} {...{ now, locale, timeZone }} />{" "}
        {note.isPinned ? <Status tone="accent">{t("profiles.notes.pinned")}</Status> : null}
      </p>
      <p class="lines" dir="auto">
        {note.text}
      </p>
      {note.trail.length > 0 ? (
        <Disclosure summary={t("profiles.notes.trail", { count: note.trail.length })}>
          <ul class="trail">
            {note.trail.toReversed().map(({ text, at, by }) => (
              <li>
                <p class="soft small">
                  {t("profiles.notes.until", { name: nameOfMember(by) })}{" "}
                  <When {...{ at, now, locale, timeZone }} />
                </p>
                <p class="lines" dir="auto">
                  {text}
                </p>
              </li>
            ))}
          </ul>
        </Disclosure>
      ) : null}
      {mayEdit ? (
        <div class="note-tools">
          <Form class="inline" action={action}>
            <SubmitButton kind="quiet" name="do" value={note.isPinned ? "unpin" : "pin"}>
              {t(note.isPinned ? "profiles.notes.unpin" : "profiles.notes.pin")}
            </SubmitButton>
            <SubmitButton kind="quiet" name="do" value="delete">
              {t("common.form.delete")}
            </SubmitButton>
          </Form>
          <Disclosure summary={t("common.form.edit")} isOpen={props.errors[`note-${note.id}`] !== undefined}>
            <Form action={action} label={t("common.form.edit")}>
              <HiddenField name="do" value="edit" />
              <NoteFields {...props} kind={note.kind} text={note.text} suffix={`-${note.id}`} />
              <ButtonRow>
                <SubmitButton>{t("common.form.saveChanges")}</SubmitButton>
              </ButtonRow>
            </Form>
          </Disclosure>
        </div>
      ) : null}
    </li>
  );
}
