import type { AlternatePart, Combination, Mailing, MailingStatus, MailingVersion } from "../mailings/types";
import type { T } from "../ui/i18n";
import { Status, type Tone } from "../ui/status";

const tones: Record<MailingStatus, Tone> = {
  draft: "neutral",
  waiting: "warn",
  scheduled: "accent",
  preparing: "accent",
  sending: "accent",
  paused: "warn",
  sent: "good",
  stopped: "bad",
};

/**
 * How far a mailing is, in words.
 * @param isUnchosen its test is over, and it goes on when somebody chose a version
 */
export function MailingState({
  t,
  status,
  isUnchosen,
}: {
  t: T;
  status: MailingStatus;
  isUnchosen?: boolean;
}) {
  if (isUnchosen && status === "sending") return <Status tone="warn">{t("composer.status.choose")}</Status>;
  return <Status tone={tones[status]}>{t(`composer.status.${status}`)}</Status>;
}

const steps = ["write", "target", "review"] as const;
export type Step = (typeof steps)[number];

/** The three steps of writing a mailing. Each can be gone to at any time. */
export function Steps({ t, href, current }: { t: T; href: string; current: Step }) {
  return (
    <nav class="subtabs mail-steps" aria-label={t("composer.steps.label")}>
      <ul>
        {steps.map((step, index) => (
          <li>
            <a
              class="subtab"
              href={step === "write" ? href : `${href}/${step}`}
              aria-current={step === current ? "step" : undefined}
            >
              {index + 1}. {t(`composer.steps.${step}`)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The letter by which a variant is called. */
export function letterOf(variantNo: number): string {
  return String.fromCharCode(64 + variantNo);
}

/** Whether its words, its audience and its settings may still change. */
export function isOpen({ status }: Pick<Mailing, "status">): boolean {
  return status === "draft";
}

/** What an operator said who sent a mailing back or stopped it. */
export function operatorWords(t: T, reason: string): string {
  return reason === ""
    ? t("composer.pauseNote.operatorNoReason")
    : t("composer.pauseNote.operator", { reason });
}

/** Whether a version has a field of its own: an alternate has those of its part alone. */
export function hasField(
  part: AlternatePart | null | undefined,
  field: "fromName" | "subject" | "preview" | "body",
): boolean {
  switch (part) {
    case "sender":
      return field === "fromName";
    case "subject":
      return field === "subject" || field === "preview";
    case "body":
      return field === "body";
    default:
      return true;
  }
}

/** Where a version, or an alternate, is written. */
export function placeQuery({
  variantNo,
  language,
  part,
}: Pick<MailingVersion, "variantNo" | "language" | "part">): string {
  return `?${part ? "alternate" : "variant"}=${variantNo}&language=${language}`;
}

/** What a version is made of, where several of that are compared: "Subject 2 · Message 1". */
export function combinationWords(t: T, combines: Combination, varied: readonly AlternatePart[]): string {
  return varied.map((part) => t(`alternates.nth.${part}`, { nth: combines[part].nth })).join(" · ");
}
