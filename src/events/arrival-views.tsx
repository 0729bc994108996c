import { Form, HiddenField, SubmitButton } from "../ui/form";
import { formatTime } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { doorsOf } from "./shifts";
import type { Reply } from "./store";
import type { EventSettings } from "./types";
import { shiftLine } from "./words";

type ArrivalsProps = {
  t: T;
  locale: Locale;
  timeZone: string;
  settings: EventSettings;
  reply: Pick<Reply, "id" | "slots" | "arrivals">;
  /** Who it is, for whoever hears the buttons instead of seeing the row. */
  name: string;
  /** Where the forms are sent. */
  action: string;
  /** What the list stays at: the words looked for, and the shift whose people it shows ("" for everybody). */
  kept: { text: string; shift: string };
};

/** Whether somebody has come, and the button that notes it: one for each of their shifts, or for the one that is looked at. */
export function Arrivals({ t, locale, timeZone, settings, reply, name, action, kept }: ArrivalsProps) {
  const doors = doorsOf(settings, reply.slots);
  const shown = doors.filter((door) => kept.shift === "" || door === kept.shift);
  return (
    <>
      {shown.map((door) => {
        const at = reply.arrivals[door];
        const shift = doorWords(settings, door, locale);
        const words = shown.length > 1 ? shift : "";
        return (
          <Form action={action} class="arrival">
            <HiddenField name="reply" value={reply.id} />
            <HiddenField name="at" value={door} />
            <HiddenField name="text" value={kept.text} />
            <HiddenField name="shift" value={kept.shift} />
            {words === "" ? null : (
              <span class="arrival-shift" dir="auto">
                {words}
              </span>
            )}
            {at === undefined ? null : <span>{formatTime(at, locale, timeZone)}</span>}
            <SubmitButton
              kind={at === undefined ? "secondary" : "quiet"}
              name="do"
              value={at === undefined ? "arrive" : "undo"}
            >
              {t(at === undefined ? "events.attendance.checkIn" : "events.attendance.undo")}
              <span class="visually-hidden"> {[name, words].filter((part) => part !== "").join(", ")}</span>
            </SubmitButton>
          </Form>
        );
      })}
    </>
  );
}

/** What a shift is called; "" for the event as a whole. */
export function doorWords(settings: EventSettings, door: string, locale: Locale): string {
  const shift = settings.shifts.find(({ key }) => key === door);
  return shift ? shift.name || shiftLine(settings, shift, locale) : "";
}
