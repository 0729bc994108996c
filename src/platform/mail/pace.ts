import type { Config } from "../../env";

/** What providers take of somebody new: fourteen a second is what SES begins with; captured mail goes as fast as it can. */
const FIRST_PACE: Record<Config["BULK_TRANSPORT"], number> = { "": 5_000, ses: 14, smtp: 10, binding: 10 };

/** Mails a second that the whole installation may hand over. */
export function perSecondOf(config: Pick<Config, "BULK_PER_SECOND" | "BULK_TRANSPORT">): number {
  return config.BULK_PER_SECOND || FIRST_PACE[config.BULK_TRANSPORT];
}
