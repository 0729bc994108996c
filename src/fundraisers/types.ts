import { z } from "zod";
import { commonSettings } from "../actions/types";
import { isCurrency } from "../platform/currencies";
import { MONEY_MAX } from "../platform/money";
import { intervals } from "../platform/payments/types";

export const AMOUNTS_MAX = 6;
export const RECIPIENTS_MAX = 10;
export const RECIPIENT_NAME_MAX = 120;
const SHARE_MAX = 1_000_000;
export const RECEIPT_TEXT_MAX = 2_000;
export const DEDICATION_NAME_MAX = 120;
export const DEDICATION_TEXT_MAX = 500;
/** No card costs a fifth of a gift; more is a typing mistake. */
const FEE_BASIS_POINTS_MAX = 2_000;

const amount = z.number().int().min(1).max(MONEY_MAX);

/** How often a gift may be given; "once" is not a regular gift. */
export const rhythms = ["once", ...intervals] as const;
export type Rhythm = (typeof rhythms)[number];

const recipient = z.object({
  name: z.string().trim().min(1).max(RECIPIENT_NAME_MAX),
  /** Compared with the others' shares: 60 and 40, or 3 and 2, say the same. */
  share: z.number().int().min(1).max(SHARE_MAX),
});
export type Recipient = z.infer<typeof recipient>;

export const fundraiserSettings = commonSettings.extend({
  currency: z.string().refine(isCurrency).default("USD"),
  /** Suggested amounts, in the currency's smallest unit, as everywhere. */
  amounts: z.array(amount).max(AMOUNTS_MAX).default([]),
  isOtherAllowed: z.boolean().default(true),
  least: amount.default(100),
  most: amount.default(MONEY_MAX / 1_000),
  rhythms: z.array(z.enum(rhythms)).min(1).max(rhythms.length).default(["once"]),
  /** What the provider keeps of each gift, so that a supporter may give it on top: a part of the whole, and a fixed sum. */
  feeCover: z
    .object({
      isOffered: z.boolean(),
      basisPoints: z.number().int().min(0).max(FEE_BASIS_POINTS_MAX),
      fixed: z.number().int().min(0).max(MONEY_MAX),
    })
    .default({ isOffered: true, basisPoints: 290, fixed: 30 }),
  recipients: z.array(recipient).max(RECIPIENTS_MAX).default([]),
  /** Whether a supporter may give the whole of it to one of them. */
  isRecipientChosen: z.boolean().default(false),
  hasDedications: z.boolean().default(true),
  /** Null where gifts are counted instead of money. */
  moneyGoal: amount.nullable().default(null),
  /** What a tax office wants to read on a receipt: registration number, "no goods or services were given". */
  receiptText: z.string().max(RECEIPT_TEXT_MAX).default(""),
});
export type FundraiserSettings = z.infer<typeof fundraiserSettings>;

export const dedicationKinds = ["honour", "memory"] as const;

const dedication = z.object({
  kind: z.enum(dedicationKinds),
  name: z.string().max(DEDICATION_NAME_MAX),
  /** Who is told of it, and what; "" for nobody. */
  email: z.string().max(320),
  text: z.string().max(DEDICATION_TEXT_MAX),
});
export type Dedication = z.infer<typeof dedication>;

/** What a gift keeps of its own, with the payment and in the participation's row. */
export const giftAnswer = z.object({
  amount: z.number().int(),
  feeCover: z.number().int(),
  currency: z.string(),
  rhythm: z.enum(rhythms),
  dedication: dedication.nullable().default(null),
  /** Where it goes, by name; empty where there is no choice to speak of. */
  recipients: z.array(z.object({ name: z.string(), amount: z.number().int() })).default([]),
});
export type GiftAnswer = z.infer<typeof giftAnswer>;
