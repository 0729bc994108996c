import { z } from "zod";
import type { FieldType } from "../people/types";
import type { Id } from "../platform/ids";

export type ImportId = Id<"import">;

/**
 * uploading → mapping → running → finished, or cancelled on the way. stopped: something stood in its way for long, and
 * somebody must say "go on". finished, cancelled and stopped → undoing → undone.
 */
const importStatuses = [
  "uploading",
  "mapping",
  "running",
  "finished",
  "cancelled",
  "stopped",
  "undoing",
  "undone",
] as const;
export type ImportStatus = (typeof importStatuses)[number];

export const encodings = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export type Encoding = (typeof encodings)[number];

export const delimiters = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" } as const;
export const delimiterNames = ["comma", "semicolon", "tab", "pipe"] as const;

/** How the bytes of a file are to be read. */
export const fileFormat = z.object({
  encoding: z.enum(encodings),
  delimiter: z.enum(delimiterNames),
  hasHeader: z.boolean(),
});
export type FileFormat = z.infer<typeof fileFormat>;

/** What a column may hold beside custom fields. */
export const columnRoles = [
  "email",
  "phone",
  "givenName",
  "familyName",
  "fullName",
  "preferredName",
  "street",
  "street2",
  "locality",
  "region",
  "postalCode",
  "country",
  "language",
  "timeZone",
  "optIn",
  "mobileOptIn",
  "date",
  "amount",
  "tags",
  "id",
] as const;
export type ColumnRole = (typeof columnRoles)[number];

/** Fields that can be made while mapping: of one that offers choices, a file does not say which. */
export const newFieldTypes = [
  "text",
  "paragraph",
  "number",
  "date",
  "several",
  "yesno",
] as const satisfies readonly FieldType[];

/** One column of the file: left out, a role, a custom field by number, or a custom field to be made. */
export const columnUse = z.union([
  z.literal(""),
  z.enum(columnRoles),
  z.string().regex(/^field:\d{1,9}$/),
  z.string().regex(new RegExp(`^new:(?:${newFieldTypes.join("|")})$`)),
]);
export type ColumnUse = z.infer<typeof columnUse>;

/** What each column of the file is, by position. */
export type Mapping = ColumnUse[];

const dateOrders = ["dmy", "mdy"] as const;

/** What the rows of a file say people did: the action, by which the group knows what it is to have taken it. */
const history = z.object({
  actionNo: z.int(),
  actionId: z.string(),
  isOnce: z.boolean(),
  /** Of gifts, which are worth what a column says; null for anything else. */
  currency: z.string().nullable(),
});
export type History = z.infer<typeof history>;

export const importOptions = z.object({
  /** Whom the rows are of: by address (or phone), or by the person's id in Groundswell. */
  match: z.enum(["email", "id"]).default("email"),
  /** Who is subscribed: nobody, those whose row says so, or everybody in the file. stop: everybody in it is to get no more mail. */
  subscribe: z.enum(["none", "stated", "all", "stop"]).default("none"),
  /** The same of text messages, for those whose phone is theirs. */
  mobile: z.enum(["none", "stated", "all", "stop"]).default("none"),
  history: history.nullable().default(null),
  values: z.enum(["fill", "overwrite"]).default("fill"),
  doBlanksClear: z.boolean().default(false),
  tags: z.array(z.string()).max(20).default([]),
  source: z.string().default(""),
  /** The country of those whose row names none; decides how phones and postal codes are read. */
  country: z.string().default(""),
  dateOrder: z.enum(dateOrders).default("dmy"),
});
export type ImportOptions = z.infer<typeof importOptions>;

/** Why a row was not stored. */
export const rejectReasons = [
  "tooLong",
  "quote",
  "cells",
  "noKey",
  "email",
  "phone",
  "noId",
  "id",
  "unknownId",
  "erased",
] as const;

/** The type of a field that is to be made, or null for any other use of a column. */
export function fieldTypeOf(use: ColumnUse): (typeof newFieldTypes)[number] | null {
  return newFieldTypes.find((type) => use === `new:${type}`) ?? null;
}

/** Of a group, what its driver must know. */
export type ImportingGroup = { no: number };
