import { folded, foldedAll, joined, num, type Values } from "./sql";
import type { FieldTest } from "./types";

const DIGITS =
  "f.value GLOB '*[0-9]*' AND f.value NOT GLOB '*[^-.0-9]*' AND f.value NOT GLOB '?*-*' AND f.value NOT GLOB '*.*.*'";
const DAY = "f.value GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'";
// A single choice is kept as plain text, several as a JSON list.
const CHOICES =
  "json_each(CASE WHEN json_valid(f.value) AND json_type(f.value) = 'array' THEN f.value ELSE json_array(f.value) END)";

/** A condition on the row `f` of `field_values`. */
export function fieldTest(asked: FieldTest, values: Values): string {
  switch (asked.op) {
    case "known":
      return "f.value <> '' AND f.value <> '[]'";
    case "is":
      return `lower(f.value) IN ${values.list(foldedAll(asked.values))}`;
    case "contains":
      return `instr(lower(f.value), ${values.one(folded(asked.text))}) > 0`;
    case "begins": {
      const text = folded(asked.text);
      return `substr(lower(f.value), 1, ${num([...text].length)}) = ${values.one(text)}`;
    }
    case "number":
      return joined(
        [
          DIGITS,
          ...(asked.least === undefined ? [] : [`CAST(f.value AS REAL) >= ${values.one(asked.least)}`]),
          ...(asked.most === undefined ? [] : [`CAST(f.value AS REAL) <= ${values.one(asked.most)}`]),
        ],
        "AND",
      );
    case "day":
      return joined(
        [
          DAY,
          ...(asked.from === undefined ? [] : [`f.value >= ${values.one(asked.from)}`]),
          ...(asked.to === undefined ? [] : [`f.value <= ${values.one(asked.to)}`]),
        ],
        "AND",
      );
    case "chosen": {
      const each = asked.match === "any" ? [asked.values] : asked.values.map((value) => [value]);
      return joined(
        each.map(
          (wanted) =>
            `EXISTS (SELECT 1 FROM ${CHOICES} v WHERE lower(v.value) IN ${values.list(foldedAll(wanted))})`,
        ),
        "AND",
      );
    }
  }
}
