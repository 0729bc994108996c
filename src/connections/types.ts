import { z } from "zod";
import { standardFields } from "../actions/types";

export const HOOKS_MAX = 20;
export const HOOK_NAME_MAX = 80;
export const PAYLOAD_BYTES_MAX = 256 * 1024;
/** What is larger is stored from, but not kept to be looked at: a shard is everybody's. */
export const KEPT_BYTES_MAX = 32 * 1024;
export const PAYLOADS_KEPT = 20;
export const PAYLOAD_DAYS = 7;
export const DELIVERIES_KEPT = 200;
export const PAYLOAD_DEPTH_MAX = 20;
export const PAYLOAD_VALUES_MAX = 5_000;
export const PATH_LENGTH_MAX = 500;
export const WORDING_MAX = 1_000;
export const YES_MAX = 200;
export const TAGS_MAX = 10;
const CUSTOM_MAX = 200;
const QUESTIONS_MAX = 40;

/** on: people are stored. test: it is noted what would be stored. paused: nothing is taken. */
export const hookStates = ["test", "on", "paused"] as const;
export type HookState = (typeof hookStates)[number];

const outcomes = ["accepted", "refused", "repeated", "test", "unmapped"] as const;
export type Outcome = (typeof outcomes)[number];

const reasonCodes = ["none", "unmapped", "email", "forgotten", "form", "closed", "actionGone"] as const;

/** Why a delivery came to what it did: a code for words, the fields left out or wrong, and words of the action's own form. */
export const reason = z.object({
  code: z.enum(reasonCodes).catch("none"),
  fields: z.array(z.string()).catch([]),
  words: z.array(z.string()).catch([]),
});
export type Reason = z.infer<typeof reason>;

/** What of a person a payload may fill, in the order of the page. */
export const mappedFields = ["email", ...standardFields, "language"] as const;
const path = z.string().max(PATH_LENGTH_MAX).catch("");

/** Where in a payload each thing stands. Everything has a default, so that a mapping of an earlier release reads. */
export const mapping = z.object({
  fields: z.partialRecord(z.enum(mappedFields), path).catch({}),
  custom: z
    .array(z.object({ fieldNo: z.number().int(), path }))
    .max(CUSTOM_MAX)
    .catch([]),
  /** The action of the group that they take; "" for none. */
  actionId: z.string().max(36).catch(""),
  questions: z
    .array(z.object({ key: z.string(), path }))
    .max(QUESTIONS_MAX)
    .catch([]),
  comment: path,
  /** Given to everybody, and read from the payload. */
  tags: z.array(z.string()).max(TAGS_MAX).catch([]),
  tagsPath: path,
  /** A subscription is wished for where the value says yes; the wording is what the form asked, and is kept as evidence. */
  consent: z
    .object({ path, yes: z.string().max(YES_MAX), wording: z.string().max(WORDING_MAX) })
    .catch({ path: "", yes: "", wording: "" }),
  /** What tells two deliveries apart; "" for the whole body. */
  id: path,
});
export type Mapping = z.infer<typeof mapping>;

export type Hook = {
  no: number;
  name: string;
  mapping: Mapping;
  state: HookState;
  ending: string;
  receivedCount: number;
  acceptedCount: number;
  refusedCount: number;
  lastAt: number | null;
  createdAt: number;
  deletedAt: number | null;
};
