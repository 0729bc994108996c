import { cleanLine, cleanText } from "../actions/answer-text";
import type { OwnAnswer, OwnInput } from "../actions/kind";
import { normaliseEmail } from "../platform/email-address";
import { single } from "../platform/forms";
import { readAmount } from "../platform/money";
import { paymentProvider } from "../platform/payments/provider";
import { formatMoney } from "../ui/format";
import { feeCoverFor, partsOf } from "./amounts";
import {
  DEDICATION_NAME_MAX,
  DEDICATION_TEXT_MAX,
  type Dedication,
  dedicationKinds,
  type FundraiserSettings,
  fundraiserSettings,
  type GiftAnswer,
  type Rhythm,
  rhythms,
} from "./types";

export const OTHER = "other";
/** The whole gift shared between all recipients. */
export const SHARED = "";

type Errors = Record<string, string>;
type Reading = OwnInput & { settings: FundraiserSettings };

/** The gift somebody wants to make, or what is wrong with which field. */
export function readGift(input: OwnInput): OwnAnswer {
  const settings = fundraiserSettings.parse(input.snapshot.action.settings);
  const reading = { ...input, settings };
  const errors: Errors = {};
  const amount = chosenAmount(reading, errors);
  const rhythm = chosenRhythm(reading, errors);
  const recipients = chosenRecipients(reading, errors);
  const dedication = readDedication(reading, errors);
  if (amount === null || rhythm === null || recipients === null || Object.keys(errors).length > 0)
    return { is: "invalid", errors };
  const isCovered = settings.feeCover.isOffered && single(input.values, "feeCover") === "yes";
  const { currency } = settings;
  const step = paymentProvider(input.ctx.env, input.ctx.config)?.stepOf(currency) ?? 1;
  const cover = isCovered ? feeCoverFor(amount, settings.feeCover) : 0;
  const own: GiftAnswer = {
    ...{ amount, currency, rhythm, dedication },
    // What is charged must be a sum that can be charged.
    feeCover: cover === 0 ? 0 : Math.ceil((amount + cover) / step) * step - amount,
    recipients: partsOf(amount, recipients),
  };
  return { is: "valid", own };
}

function chosenAmount({ t, ctx, values, settings, snapshot }: Reading, errors: Errors): number | null {
  const { currency, amounts, isOtherAllowed, least, most } = settings;
  const { locale } = snapshot.action;
  const chosen = single(values, "amount");
  const written = isOtherAllowed ? single(values, "otherAmount").trim() : "";
  const asked = single(values, "currency");
  if (asked !== "" && asked !== currency) {
    errors.amount = t("fundraisers.errors.currency", { currency });
    return null;
  }
  if (chosen !== "" && chosen !== OTHER && written === "") {
    const suggested = amounts.find((amount) => String(amount) === chosen);
    if (suggested === undefined) errors.amount = t("fundraisers.errors.choose");
    return suggested ?? null;
  }
  const field = isOtherAllowed ? "otherAmount" : "amount";
  if (chosen !== "" && chosen !== OTHER) {
    errors[field] = t("fundraisers.errors.both");
    return null;
  }
  if (written === "") {
    errors[chosen === OTHER ? field : "amount"] = t("fundraisers.errors.choose");
    return null;
  }
  const read = readAmount(written, currency, locale === "en" ? "." : ",");
  if (read.is === "invalid") {
    errors[field] = t(`fundraisers.errors.amount.${read.reason}`, { currency });
    return null;
  }
  const money = (amount: number) => formatMoney(amount, currency, locale);
  const step = paymentProvider(ctx.env, ctx.config)?.stepOf(currency) ?? 1;
  if (read.amount < least) errors[field] = t("fundraisers.errors.least", { amount: money(least) });
  else if (read.amount > most) errors[field] = t("fundraisers.errors.most", { amount: money(most) });
  else if (read.amount % step !== 0) errors[field] = t("fundraisers.errors.step", { amount: money(step) });
  return read.amount;
}

function chosenRhythm({ t, values, settings }: Reading, errors: Errors): Rhythm | null {
  const chosen = single(values, "rhythm");
  const [only] = settings.rhythms;
  if (chosen === "" && settings.rhythms.length === 1 && only) return only;
  const rhythm = rhythms.find((name) => name === chosen && settings.rhythms.includes(name));
  if (!rhythm) errors.rhythm = t("fundraisers.errors.rhythm");
  return rhythm ?? null;
}

function chosenRecipients({ t, values, settings }: Reading, errors: Errors) {
  const chosen = single(values, "recipient");
  if (chosen === SHARED || !settings.isRecipientChosen) return settings.recipients;
  const one = settings.recipients[Number(chosen) - 1];
  if (!one || !/^\d{1,2}$/.test(chosen)) {
    errors.recipient = t("fundraisers.errors.recipient");
    return null;
  }
  return [one];
}

function readDedication({ t, values, settings }: Reading, errors: Errors): Dedication | null {
  const chosen = single(values, "dedication");
  if (!settings.hasDedications || chosen === "" || chosen === "none") return null;
  const kind = dedicationKinds.find((name) => name === chosen);
  const name = cleanLine(single(values, "dedicationName"));
  const to = cleanLine(single(values, "dedicationEmail"));
  const email = to === "" ? "" : normaliseEmail(to);
  const text = cleanText(single(values, "dedicationText"));
  if (!kind) errors.dedication = t("fundraisers.errors.dedication");
  if (name === "") errors.dedicationName = t("fundraisers.errors.dedicationName");
  if (name.length > DEDICATION_NAME_MAX)
    errors.dedicationName = t("public.errors.tooLong", {
      label: t("fundraisers.dedication.name"),
      max: DEDICATION_NAME_MAX,
    });
  if (email === null) errors.dedicationEmail = t("public.errors.email");
  if (text.length > DEDICATION_TEXT_MAX)
    errors.dedicationText = t("public.errors.tooLong", {
      label: t("fundraisers.dedication.text"),
      max: DEDICATION_TEXT_MAX,
    });
  return kind && email !== null ? { kind, name, email, text } : null;
}
