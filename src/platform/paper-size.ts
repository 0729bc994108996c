/** The sizes of paper that are in printers. */
export const paperSizes = ["a4", "letter"] as const;
export type PaperSize = (typeof paperSizes)[number];

/** The usual one where the group is: Letter in the Americas that use it, A4 everywhere else (CLDR 48, measurementData). */
const LETTER = new Set("BZ CA CL CO CR GT MX NI PA PH PR SV US VE".split(" "));

/** @param given what somebody asks for; anything else than a size is the usual one */
export function paperSize(given: string | undefined, country: string): PaperSize {
  return paperSizes.find((size) => size === given) ?? (LETTER.has(country) ? "letter" : "a4");
}
