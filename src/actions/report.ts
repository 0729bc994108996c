import { z } from "zod";
import type { Context } from "../platform/context";
import { type FormValues, fieldErrors } from "../platform/forms";
import type { ActionId } from "../platform/ids";
import type { T } from "../ui/i18n";
import { cleanText } from "./answer-text";

export const abuseReasons = ["hate", "false", "fraud", "private", "other"] as const;
export type AbuseReason = (typeof abuseReasons)[number];

export const REPORT_DETAIL_MAX = 2_000;

/** What someone says is wrong with a public page. Who says so is not asked. */
export type AbuseReport = {
  groupNo: number;
  /** Null for a page that is no action's. */
  actionId: ActionId | null;
  /** The mailing, where it is one that is reported. */
  mailingNo?: number;
  url: string;
  /** One of `abuseReasons`, or of those a feature above has. */
  reason: string;
  detail: string;
};

/** Puts a report before the operators. Given by the app, since operations belong above this feature. */
export type FileAbuseReport = (ctx: Context, report: AbuseReport) => Promise<unknown>;

type Read =
  | { is: "valid"; reason: AbuseReason; detail: string }
  | { is: "invalid"; errors: Record<string, string> };

/** The report form: one reason of the list, and words where the reason says nothing. */
export function readReport(t: T, values: FormValues): Read {
  const twice = t("public.errors.twice", { label: t("public.report.detail") });
  const tooLong = t("public.errors.tooLong", { label: t("public.report.detail"), max: REPORT_DETAIL_MAX });
  const schema = z.object({
    reason: z.enum(abuseReasons, { error: t("public.report.chooseReason") }),
    detail: z
      .string({ error: twice })
      .transform(cleanText)
      .refine((text) => text.length <= REPORT_DETAIL_MAX, { error: tooLong }),
  });
  const read = schema.safeParse({ reason: values.reason, detail: values.detail ?? "" });
  return read.success ? { is: "valid", ...read.data } : { is: "invalid", errors: fieldErrors(read.error) };
}
