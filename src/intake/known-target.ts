import type { Meta } from "./store-meta";
import type { IntakeTarget } from "./types";

/** What an object was told of its action last: each call brings it along, so that a cold object needs nothing else. */
export class KnownTarget {
  readonly #meta: Meta;
  #text: string;
  #value: IntakeTarget | null;

  constructor(meta: Meta) {
    this.#meta = meta;
    this.#text = meta.get("target") ?? "";
    this.#value = this.#text === "" ? null : JSON.parse(this.#text);
  }

  /** Null for an object that nobody has called yet. */
  get value(): IntakeTarget | null {
    return this.#value;
  }

  learn(target: IntakeTarget): void {
    const text = JSON.stringify(target);
    if (text === this.#text) return;
    this.#value = target;
    this.#text = text;
    this.#meta.set("target", text);
  }
}
