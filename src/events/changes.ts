import { CHANGE_WAIT_MS } from "./types";

/** When and where of an event as guests know it, and as it is. */
export type Changes = {
  known: string;
  now: string;
  changedAt: number;
  /** When an organiser said that guests be told; null while nobody has. */
  tellingAt: number | null;
  note: string;
};

/** Whether guests believe something else and nobody has said yet what is to happen. */
export function isToBeTold(changes: Changes | null): changes is Changes {
  return changes !== null && changes.known !== changes.now && changes.tellingAt === null;
}

/** From when guests are told, counted from the last edit too, so that several within minutes are one mail; null: they are not. */
export function tellsAt({ tellingAt, changedAt }: Changes): number | null {
  return tellingAt === null ? null : Math.max(tellingAt, changedAt) + CHANGE_WAIT_MS;
}
