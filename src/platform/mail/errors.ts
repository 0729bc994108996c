import { errorText } from "../log";

/** These will fail the same way every time: a bug, a broken set-up, or a recipient who must not be written to. */
export const permanentErrors = [
  "E_VALIDATION_ERROR",
  "E_FIELD_MISSING",
  "E_TOO_MANY_RECIPIENTS",
  "E_SENDER_NOT_VERIFIED",
  "E_SENDER_DOMAIN_NOT_AVAILABLE",
  "E_RECIPIENT_NOT_ALLOWED",
  "E_RECIPIENT_SUPPRESSED",
  "E_CONTENT_TOO_LARGE",
  "E_HEADERS_TOO_LARGE",
  "E_HEADERS_TOO_MANY",
] as const;

/** The provider took nothing; the same mail may be handed over again later. */
export const temporaryErrors = ["E_RATE_LIMIT_EXCEEDED", "E_DAILY_LIMIT_EXCEEDED"] as const;

export type MailFailure = { outcome: "permanent" | "transient" | "unknown"; reason: string };

/**
 * What a failed hand-over means (codes: Cloudflare's docs, Email Service). Anything not on a list, such as `E_DELIVERY_FAILED`,
 * `E_INTERNAL_SERVER_ERROR` or a lost connection, is "unknown": the mail may have left, so it is not sent again.
 */
export function failureOf(error: unknown): MailFailure {
  const code = codeOf(error);
  if (code === null) return { outcome: "unknown", reason: "no_answer" };
  if (permanentErrors.some((known) => known === code) || code.startsWith("E_HEADER_")) {
    return { outcome: "permanent", reason: code };
  }
  if (temporaryErrors.some((known) => known === code)) return { outcome: "transient", reason: code };
  return { outcome: "unknown", reason: code };
}

function codeOf(error: unknown): string | null {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return /\bE_[A-Z_]{3,60}\b/.exec(errorText(error))?.[0] ?? null;
}
