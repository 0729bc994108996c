import { z } from "zod";
import type { Action, Kind } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import { listFields } from "../people/custom-field";
import { type FormValues, several, single } from "../platform/forms";
import { momentOf, parseLocalTime } from "../platform/local-time";
import { isTimeZone } from "../platform/time-zones";
import { actionColumns, isUsual } from "./action-columns";
import { giftColumns, isUsualOfGifts } from "./gifts";
import { peopleColumns, peopleKeys, usualPeopleColumns, type Wording } from "./people-columns";
import { COLUMNS_MAX, everybody, type Format, formats } from "./types";

/** A column as it is offered. */
export type Offered = { key: string; title: string; isUsual: boolean };

/** What one kind of export is about. */
export type Subject =
  | { what: "people" }
  | { what: "action"; action: Action; kind: Kind | undefined }
  | { what: "gifts" };

/** Every column that a subject has. */
export async function offeredColumns(db: GroupDb, subject: Subject, wording: Wording): Promise<Offered[]> {
  const fields = await listFields(db);
  switch (subject.what) {
    case "people": {
      const { columns } = peopleColumns(fields, wording, peopleKeys(fields));
      return columns.map(({ key, title }) => ({ key, title, isUsual: usualPeopleColumns.includes(key) }));
    }
    case "action": {
      const own = subject.kind?.columns?.(subject.action) ?? [];
      return actionColumns(subject.action, own, fields, wording).map(({ key, title }) => ({
        ...{ key, title, isUsual: isUsual(key) },
      }));
    }
    case "gifts":
      return giftColumns(fields, wording).map(({ key, title }) => ({
        ...{ key, title, isUsual: isUsualOfGifts(key) },
      }));
  }
}

/** What a member chose: for the form, and remembered for the next time. */
export type Choice = { columns: string[]; format: Format; timeZone: string };

const keptChoice = z.object({
  columns: z.array(z.string()).optional().catch(undefined),
  format: z.enum(formats).optional().catch(undefined),
  timeZone: z.string().refine(isTimeZone).optional().catch(undefined),
});

/** The choice as it is kept. What cannot be read is no choice. */
export function choiceIn(text: string | null): z.infer<typeof keptChoice> {
  return keptChoice.parse(JSON.parse(text ?? "{}"));
}

/** Reads what was chosen. Keys of columns that are not offered are left out. */
export function readChoice(values: FormValues, offered: readonly Offered[], usual: string): Choice {
  const asked = new Set(several(values, "columns").slice(0, COLUMNS_MAX));
  const timeZone = single(values, "timeZone");
  return {
    columns: offered.filter(({ key }) => asked.has(key)).map(({ key }) => key),
    format: single(values, "format") === "jsonl" ? "jsonl" : "csv",
    timeZone: isTimeZone(timeZone) ? timeZone : usual,
  };
}

/** The order of a form for gifts: a day that is none is left out. */
export function giftsOrder(values: FormValues, actionNo: number | null, zone: string) {
  const dayStart = (name: string, plusDays: number) => {
    const local = parseLocalTime(`${single(values, name)}T00:00`);
    if (!local) return null;
    const day = new Date(Date.parse(`${local.slice(0, 10)}T00:00Z`) + plusDays * 86_400_000);
    return momentOf(`${day.toISOString().slice(0, 10)}T00:00`, zone);
  };
  return { what: "gifts", actionNo, from: dayStart("from", 0), to: dayStart("to", 1) } as const;
}

/** Whom of the list a form means; null for what it does not offer. */
export function whoIn(text: string): (typeof everybody)[number] | null {
  return everybody.find((name) => name === text) ?? null;
}

/** What is remembered of an order for the next one. */
export function rememberedOf({ columns, format, timeZone }: Choice): string {
  return JSON.stringify({ columns, format, timeZone });
}
