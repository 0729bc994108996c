import type { Meta } from "./store-meta";
import type { PlacesReport } from "./types";

const KEY = "places";

/** What the object of an action with places last told its home of them. */
export class HomePlaces {
  readonly #meta: Meta;
  #value: PlacesReport | null;

  constructor(meta: Meta) {
    this.#meta = meta;
    this.#value = JSON.parse(meta.get(KEY) ?? "null");
  }

  /** Null for an action that has no places, or of which nothing was heard yet. */
  get value(): PlacesReport | null {
    return this.#value;
  }

  /** Takes a report. Gives whether somebody is to be told of a place, or it is the first one. */
  take(report: PlacesReport): boolean {
    const known = this.#value;
    const text = JSON.stringify(report);
    if (JSON.stringify(known) !== text) this.#meta.set(KEY, text);
    this.#value = report;
    return known === null || report.promoted > known.promoted;
  }
}
