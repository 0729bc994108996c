/**
 * The same as `work`, done once for each object as long as the object lives. For what is worked out from something that is never
 * changed in place, such as the settings of a served action: reading them anew for each request costs more than what is asked of them.
 */
export function onceFor<Key extends object, Value>(work: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { value: Value }>();
  return (key) => {
    let found = known.get(key);
    if (!found) {
      found = { value: work(key) };
      known.set(key, found);
    }
    return found.value;
  };
}

/**
 * Values that were put together according to a schema, so that whoever is handed one back, typed as anything, need not have it
 * checked anew. Any other value is.
 */
export class Checked<Value extends object> {
  readonly #known = new WeakSet<object>();
  readonly #parse: (value: unknown) => Value;

  constructor(parse: (value: unknown) => Value) {
    this.#parse = parse;
  }

  /** Takes note of a value that is right as it is; not to be changed from now on. */
  keep(value: Value): Value {
    this.#known.add(value);
    return value;
  }

  /** @throws what the schema throws at a value that is neither kept nor right */
  read(value: object): Value {
    return this.#isKept(value) ? value : this.#parse(value);
  }

  #isKept(value: object): value is Value {
    return this.#known.has(value);
  }
}
