import type { T } from "../ui/i18n";
import type { FieldChoice } from "./mapping";
import { fieldNoOf } from "./plan";
import { type ColumnUse, columnRoles, fieldTypeOf } from "./types";

/** What a column is, in words. @param fields the group's, by which a custom field is named */
export function useName(t: T, use: ColumnUse, fields: readonly FieldChoice[]): string {
  const role = columnRoles.find((name) => name === use);
  if (role) return t(`imports.uses.${role}`);
  const type = fieldTypeOf(use);
  if (type) return `${t("imports.uses.make")}: ${t(`imports.uses.types.${type}`)}`;
  const no = fieldNoOf(use);
  return fields.find((field) => field.no === no)?.label ?? t("imports.uses.none");
}
