/** The zones `Intl` lists, and UTC, which it knows but does not list. */
const listed: readonly string[] = ["UTC", ...Intl.supportedValuesOf("timeZone")];

export { listed as timeZones };

/** Longer than any IANA name. */
const NAME_MAX = 60;

/** Whether `Intl` knows the zone, aliases too: every date on screen is formatted with one. */
export function isTimeZone(name: string): boolean {
  // An offset such as "+02:00" is accepted by Intl but knows no summer time.
  if (name.length > NAME_MAX || !/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone as it is listed, by its name or an alias of it, in any capitals; null for what is none. */
export function timeZoneNamed(name: string): string | null {
  if (!isTimeZone(name)) return null;
  const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
  return listed.includes(timeZone) ? timeZone : null;
}

/** Every zone by name, and `current` too where it is an alias: browsers say Asia/Kolkata, ICU lists Asia/Calcutta. */
export function timeZonesWith(current: string): readonly string[] {
  return listed.includes(current) || !isTimeZone(current) ? listed : [...listed, current].sort();
}
