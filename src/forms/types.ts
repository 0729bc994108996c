import { z } from "zod";
import { commonSettings, PAGES_MAX } from "../actions/types";
import { onceFor } from "../platform/once";

export const BUTTON_MAX = 40;
const PAGE_TITLE_MAX = 120;
/** Fewer answers than these would say who gave which. */
export const PUBLIC_RESULTS_LEAST = 5;

export const formSettings = commonSettings.extend({
  /** The words on the button that sends it; empty for ours. */
  buttonText: z.string().max(BUTTON_MAX).default(""),
  /** What stands above each page of questions, by page. */
  pageTitles: z.array(z.string()).max(PAGES_MAX).superRefine(shortTitles).default([]),
});

/** The settings of a served action, read once. */
export const formSettingsOf = onceFor((settings: object) => formSettings.parse(settings));
export const surveySettings = formSettings.extend({
  /** Everybody may see how many gave which answer; never texts, never names. */
  hasPublicResults: z.boolean().default(false),
});

/** The settings of a served action, read once. */
export const surveySettingsOf = onceFor((settings: object) => surveySettings.parse(settings));
/** Titles are written in one box, so what is wrong with one is wrong with the box. */
function shortTitles(titles: string[], check: z.RefinementCtx): void {
  if (titles.every((title) => title.length <= PAGE_TITLE_MAX)) return;
  check.addIssue({ code: "too_big", maximum: PAGE_TITLE_MAX, origin: "string", inclusive: true, path: [] });
}
