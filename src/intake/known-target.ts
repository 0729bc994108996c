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
    this.learnText(targetText(target));
  }

  /** The same of a target as text, which is read only when it is another one than before. */
  learnText(text: string): IntakeTarget {
    if (this.#value !== null && text === this.#text) return this.#value;
    const value: IntakeTarget = JSON.parse(text);
    this.#value = value;
    this.#text = text;
    this.#meta.set("target", text);
    return value;
  }
}

const texts = new WeakMap<IntakeTarget, string>();

/** A target as it travels with each signature: one text costs a call less than an object of many fields. */
export function targetText(target: IntakeTarget): string {
  const known = texts.get(target) ?? JSON.stringify(target);
  texts.set(target, known);
  return known;
}
