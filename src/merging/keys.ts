import { readCountry } from "../imports/place-names";
import { cleanLine } from "../platform/clean-text";
import { normaliseEmail } from "../platform/email-address";
import { MERGE_KEY_MAX, type MergeKind } from "./types";

/*
 * A key is written twice: here from a cell of a file, and in SQL from what is known of a person. Both must come to the same, so
 * that who has a row is one question, whether it is asked by a preview, a count, a freeze or a claim.
 */

/** The letters A to Z alone, as SQLite's `upper` does. */
function upperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** A cell as the key of its row; null for what can be nobody's. */
export function keyIn(kind: MergeKind, cell: string): string | null {
  const text = cleanLine(cell);
  switch (kind) {
    case "email":
      return normaliseEmail(text);
    case "country":
      return readCountry(text) || null;
    case "postal_code":
    case "postal_prefix": {
      const bare = upperAscii(text.replace(/[\s-]/g, "").replace(/[*…]$/, ""));
      return /^[A-Z0-9]{1,12}$/.test(bare) ? bare : null;
    }
    case "region":
    case "field":
      return text === "" || text.length > MERGE_KEY_MAX ? null : upperAscii(text);
  }
}

const BARE = "upper(replace(replace(p.postal_code, ' ', ''), '-', ''))";
const LENGTHS = Array.from({ length: 12 }, (_, index) => index + 1);

/** Which rows are meant, as SQL, and how a person finds theirs. */
export type RowPlace = {
  kind: MergeKind;
  file: string;
  version: string;
  /** The number of the custom field. */
  field: string;
  /** Of beginnings of postal codes, the lengths there are; all there can be where nobody looked. */
  lengths?: readonly number[];
};

/**
 * The keys by which a person may have a row, as a list of SQL expressions over `p` of `people`; where several have one, the longest
 * is meant.
 */
function keysSql({ kind, field, lengths = LENGTHS }: RowPlace): string[] {
  switch (kind) {
    case "email":
      return ["p.email"];
    case "country":
      return ["p.country"];
    case "region":
      return ["upper(p.country || '-' || p.region)", "upper(p.region)"];
    case "postal_code":
      // Of nine digits the first five are the ZIP code that people know.
      return [BARE, `CASE WHEN ${BARE} GLOB '${"[0-9]".repeat(9)}' THEN substr(${BARE}, 1, 5) END`];
    case "postal_prefix":
      return lengths.map((length) => `substr(${BARE}, 1, ${length})`);
    case "field":
      return [
        `(SELECT upper(v.value) FROM field_values v WHERE v.group_no = ?1 AND v.person_no = p.person_no AND v.field_no =
          (SELECT coalesce(c.merged_into, c.field_no) FROM custom_fields c WHERE c.group_no = ?1 AND c.field_no = ${field}))`,
      ];
  }
}

function rowsSql(place: RowPlace): string {
  return `FROM merge_rows r WHERE r.group_no = ?1 AND r.file_no = ${place.file} AND r.version_no = ${place.version}
    AND r.key IN (${keysSql(place).join(", ")})`;
}

/** SQL for the cells of the row of `p`, a JSON list; null where there is none. ?1 is the group. */
export function cellsSql(place: RowPlace): string {
  return `(SELECT r.cells ${rowsSql(place)} ORDER BY length(r.key) DESC LIMIT 1)`;
}

/** SQL that is true of `p` when there is no row of theirs. */
export function noRowSql(place: RowPlace): string {
  return `(NOT EXISTS (SELECT 1 ${rowsSql(place)}))`;
}
