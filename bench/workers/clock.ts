import { add, type ObjectBinding } from "./meter";

/*
 * A clock that can be moved, so that an hour of one signature a minute takes seconds. While it is held, alarms ring when the clock is
 * moved past them, those set before it was held too; objects are given their alarm as the platform would.
 */

const realNow = Date.now;
let offsetMs = 0;
let isHeld = false;

export type Alarm = { binding: ObjectBinding; name: string; at: number };

const alarms = new Map<string, Alarm>();

export function holdClock(): void {
  isHeld = true;
  Date.now = () => realNow() + offsetMs;
}

export function isClockHeld(): boolean {
  return isHeld;
}

/** The alarm that rings next, no later than `until`; it is forgotten, and the clock stands at its moment. */
export function nextAlarm(until: number): Alarm | null {
  const next = [...alarms.values()].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
  if (!next) return null;
  alarms.delete(`${next.binding}/${next.name}`);
  moveTo(next.at);
  return next;
}

export function moveTo(at: number): void {
  offsetMs = Math.max(offsetMs, at - realNow());
}

/** An alarm that rang by the platform's own clock. */
export function forgetAlarm(binding: ObjectBinding, name: string): void {
  if (!isHeld) alarms.delete(`${binding}/${name}`);
}

/** Counts the alarms an object sets, and keeps them here while the clock is held. */
export function watchAlarms(binding: ObjectBinding, name: string, storage: DurableObjectStorage): void {
  const key = `${binding}/${name}`;
  const real = {
    set: storage.setAlarm.bind(storage),
    get: storage.getAlarm.bind(storage),
    delete: storage.deleteAlarm.bind(storage),
  };
  storage.setAlarm = async (time) => {
    add(`setAlarm ${binding}`);
    alarms.set(key, { binding, name, at: Number(time) });
    if (!isHeld) await real.set(time);
  };
  storage.getAlarm = async () => (isHeld ? (alarms.get(key)?.at ?? null) : real.get());
  storage.deleteAlarm = async () => {
    alarms.delete(key);
    if (!isHeld) await real.delete();
  };
}
