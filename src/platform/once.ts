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
