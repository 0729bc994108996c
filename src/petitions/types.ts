import { z } from "zod";
import { commonSettings } from "../actions/types";

export const TARGETS_MAX = 10;
export const TARGET_NAME_MAX = 120;
export const TARGET_TITLE_MAX = 160;
/** It stands above the form: people read what they sign. */
export const ASK_MAX = 2_000;

const target = z.object({
  name: z.string().trim().min(1).max(TARGET_NAME_MAX),
  /** "Minister of Transport" */
  title: z.string().trim().max(TARGET_TITLE_MAX).default(""),
});
export type Target = z.infer<typeof target>;

/** A draft may have no target and no ask yet; publishing needs both. */
export const petitionSettings = commonSettings.extend({
  targets: z.array(target).max(TARGETS_MAX).default([]),
  /** What is asked of the targets, in plain text; a blank line starts a new paragraph. */
  ask: z.string().max(ASK_MAX).default(""),
});
export type PetitionSettings = z.infer<typeof petitionSettings>;
