/** A file, its list of problems and what was known before of its people are kept so long; so long it can be undone. */
export const KEPT_DAYS = 30;
export const KEPT_MS = KEPT_DAYS * 86_400_000;
