import { z } from "zod";
import { commonSettings } from "../actions/types";
import { targetSource } from "../officials/types";
import { Checked, onceFor } from "../platform/once";

export const SCRIPT_MAX = 4_000;

export const callSettings = commonSettings.extend({
  source: targetSource.prefault({}),
  /** What callers may say, in plain text with merge fields; a blank line starts a new paragraph. */
  script: z.string().trim().max(SCRIPT_MAX).default(""),
});

/** The settings of a served action, read once. */
export const callSettingsOf = onceFor((settings: object) => callSettings.parse(settings));
export type CallSettings = z.infer<typeof callSettings>;

/** How a call ended. "skipped" is none: nothing is recorded of it. */
export const outcomes = ["answered", "voicemail", "busy", "wrong"] as const;
export type Outcome = (typeof outcomes)[number];
export const reports = [...outcomes, "skipped"] as const;

/** One call as its participation keeps it: whom, how it ended, and which of how many it was. */
export const ownCall = z.object({
  k: z.string(),
  n: z.string(),
  o: z.string().default(""),
  a: z.enum(reports),
  at: z.number().int(),
  of: z.number().int(),
});
export type OwnCall = z.infer<typeof ownCall>;

/** The same between reading the form and taking what it said, a moment later. */
export const checkedCall = new Checked<OwnCall>((value) => ownCall.parse(value));
