/** What a record itself holds under a name that somebody sent; undefined for any other name, those of every object among them. */
export function named<Value>(
  values: Readonly<Record<string, Value>>,
  name: string | undefined,
): Value | undefined {
  return name !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}
