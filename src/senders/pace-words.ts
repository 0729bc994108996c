import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import type { MailboxPace } from "./types";

/** How fast it goes, such as "600 an hour". */
export function paceWords(t: T, locale: Locale, { perHour }: Pick<MailboxPace, "perHour">): string {
  return perHour === null
    ? t("senders.paces.dayShare")
    : t("senders.paces.perHour", { most: formatNumber(perHour, locale) });
}
