import type { EditorProps } from "../actions/kind";
import type { FormValues } from "../platform/forms";
import { CheckboxField, HiddenField, SubmitButton, TextField } from "../ui/form";
import { Icon } from "../ui/icon";
import { readShifts, type ShiftRow } from "./editor-reading";
import { type EventSettings, SHIFT_NAME_MAX, SHIFTS_MAX } from "./types";

type Props = Pick<EditorProps, "t" | "errors"> & { values: FormValues; settings: EventSettings };

/** The shifts of an event, a row each; without any, the event has places as a whole. */
export function ShiftsEditor({ t, errors, values, settings }: Props) {
  const rows = "shifts.count" in values ? readShifts(values) : settings.shifts.map(rowOf);
  return (
    <fieldset class="rows" id="f-shifts">
      <legend>{t("events.editor.shifts")}</legend>
      <p class="hint">{t("events.editor.shiftsHint")}</p>
      {errors.shifts ? <p class="field-error">{errors.shifts}</p> : null}
      <HiddenField name="shifts.count" value={String(rows.length)} />
      {rows.map((row, nth) => (
        <ShiftFields {...{ t, errors, row, nth }} />
      ))}
      {rows.length > 1 ? (
        <CheckboxField
          name="isManyShifts"
          label={t("events.editor.isManyShifts")}
          hint={t("events.editor.isManyShiftsHint")}
          checked={"shifts.count" in values ? values.isManyShifts === "yes" : settings.isManyShifts}
        />
      ) : settings.isManyShifts ? (
        <HiddenField name="isManyShifts" value="yes" />
      ) : null}
      {rows.length < SHIFTS_MAX ? (
        <SubmitButton kind="secondary" name="do" value="add-shift" formaction="#f-shifts">
          <Icon name="plus" />
          {t("events.editor.addShift")}
        </SubmitButton>
      ) : null}
    </fieldset>
  );
}

function rowOf({ capacity, ...shift }: EventSettings["shifts"][number]): ShiftRow {
  return { ...shift, capacity: capacity === null ? "" : String(capacity) };
}

function ShiftFields({ t, errors, row, nth }: Pick<Props, "t" | "errors"> & { row: ShiftRow; nth: number }) {
  const field = (name: "name" | "startsAt" | "endsAt" | "capacity") => ({
    name: `shifts.${nth}.${name}`,
    value: row[name],
    error: errors[`shifts.${nth}.${name}`],
  });
  const optionalLabel = t("common.form.optional");
  return (
    <div class="row event-shift">
      <HiddenField name={`shifts.${nth}.key`} value={row.key} />
      <TextField
        {...field("name")}
        label={t("events.editor.shiftName", { nth: nth + 1 })}
        optionalLabel={optionalLabel}
        maxlength={SHIFT_NAME_MAX}
      />
      <TextField {...field("startsAt")} label={t("events.editor.shiftStarts")} type="datetime-local" />
      <TextField
        {...field("endsAt")}
        label={t("events.editor.shiftEnds")}
        optionalLabel={optionalLabel}
        type="datetime-local"
      />
      <TextField
        {...field("capacity")}
        label={t("events.editor.shiftCapacity")}
        optionalLabel={optionalLabel}
        inputmode="numeric"
        width="short"
      />
      <SubmitButton kind="quiet" name="do" value={`remove-shift:${nth}`} formaction="#f-shifts">
        <Icon name="trash" label={t("events.editor.removeShift", { nth: nth + 1 })} />
      </SubmitButton>
    </div>
  );
}
