import type { Key, T } from "../ui/i18n";

const reasons: Record<string, Key> = {
  hate: "operations.reports.reasons.hate",
  false: "operations.reports.reasons.false",
  fraud: "operations.reports.reasons.fraud",
  private: "operations.reports.reasons.private",
  other: "operations.reports.reasons.other",
  spam: "results.report.reasons.spam",
  scam: "results.report.reasons.scam",
  not_mine: "results.report.reasons.not_mine",
};

/** What somebody said is wrong; a reason without words yet under its own name. */
export function reasonWords(t: T, reason: string): string {
  const key = reasons[reason];
  return key ? t(key) : reason;
}
