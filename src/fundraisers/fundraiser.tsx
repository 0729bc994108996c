import type { Taken, Taking } from "../actions/kind";
import type { Kind, PageProps } from "../actions/types";
import { intakeTarget } from "../intake/participation";
import { startPayment } from "../payments/payment";
import { paymentProvider } from "../platform/payments/provider";
import { formatMoney, formatPercent } from "../ui/format";
import { translator } from "../ui/i18n";
import { leastAmount, percentOf, suggestedAmounts, usualFixedFee } from "./amounts";
import { Editor, pressEditor, problems, readEditor } from "./editor";
import { DedicationFields, GiftFields } from "./fields";
import { giftKey } from "./links";
import { giftRoutes } from "./member-routes";
import { publicGiftRoutes } from "./public";
import { readGift } from "./reading";
import { giftStyle } from "./style";
import { moneyTally } from "./tally";
import { Thanks } from "./thanks-views";
import { fundraiserSettings, giftAnswer } from "./types";

/** A fundraiser: people give money, once or regularly. What they answered is recorded when it is paid. */
export const fundraiser: Kind = {
  name: "fundraiser",
  path: "fundraisers",
  isOnce: false,
  intake: "spread",
  words: {
    name: "fundraisers.name",
    summary: "fundraisers.summary",
    create: "fundraisers.create",
    question: "fundraisers.question",
    hint: "fundraisers.hint",
    participants: "fundraisers.donors",
    people: "fundraisers.count.gifts",
  },
  widget: { type: "fundraising", formId: "new_donation" },
  settings: fundraiserSettings,
  starting: (group) =>
    fundraiserSettings.parse({
      consent: { mode: group.settings.optInMode, text: "" },
      // The receipt thanks them; two mails would be one too many.
      autoresponse: { isOn: false, subject: "", body: "", replyTo: "" },
      goal: { mode: "none", target: 100 },
      fields: {
        ...{ givenName: "required", familyName: "required", street: "optional", locality: "optional" },
        ...{ region: "hidden", postalCode: "optional", country: "required", phone: "hidden" },
      },
      currency: group.currency,
      amounts: suggestedAmounts(group.currency),
      least: leastAmount(group.currency),
      rhythms: ["once", "month"],
      feeCover: { isOffered: true, basisPoints: 290, fixed: usualFixedFee(group.currency) },
    }),
  reasonsNotToPublish: ({ settings }) => {
    const { amounts, isOtherAllowed } = fundraiserSettings.parse(settings);
    return amounts.length === 0 && !isOtherAllowed ? ["fundraisers.reasons.noAmount"] : [];
  },
  reasonFields: { "fundraisers.reasons.noAmount": "amounts.0" },
  problems: (settings) => problems(fundraiserSettings.parse(settings)),
  Story,
  buttonLabel: (t) => t("fundraisers.button"),
  style: giftStyle,
  scripts: ["fundraisers"],
  structured: ({ snapshot, url }) => ({
    "@type": "DonateAction",
    name: snapshot.action.title,
    target: url,
    recipient: { "@type": "Organization", name: snapshot.group.name },
    priceCurrency: fundraiserSettings.parse(snapshot.action.settings).currency,
  }),
  FieldsBefore: GiftFields,
  FieldsAfter: DedicationFields,
  readFields: readGift,
  tally: moneyTally,
  sendsTo: ({ env, config }) => paymentProvider(env, config)?.origins ?? [],
  take,
  Thanks,
  publicRoutes: publicGiftRoutes,
  fieldLabels: {
    ...{ currency: "fundraisers.editor.currency", amounts: "fundraisers.editor.amounts" },
    ...{ isOtherAllowed: "fundraisers.editor.isOtherAllowed", least: "fundraisers.editor.least" },
    ...{ most: "fundraisers.editor.most", rhythms: "fundraisers.editor.rhythms" },
    ...{ feeCover: "fundraisers.editor.feeCover", recipients: "fundraisers.editor.recipients" },
    ...{ isRecipientChosen: "fundraisers.editor.isRecipientChosen" },
    ...{ hasDedications: "fundraisers.editor.hasDedications", moneyGoal: "fundraisers.editor.moneyGoal" },
    receiptText: "fundraisers.editor.receiptText",
  },
  Editor,
  readEditor,
  pressEditor,
  memberRoutes: giftRoutes,
  tabs: [{ name: "gifts", path: "/gifts", label: "fundraisers.gifts.title", needs: "people.view" }],
  columns: () => [
    {
      key: "amount",
      title: "fundraisers.amount",
      value: (t, own) => {
        const gift = giftAnswer.safeParse(own);
        return gift.success ? formatMoney(gift.data.amount, gift.data.currency, localeOf(t)) : "";
      },
    },
    {
      key: "rhythm",
      title: "fundraisers.rhythm",
      value: (t, own) => {
        const gift = giftAnswer.safeParse(own);
        return gift.success ? t(`fundraisers.rhythms.${gift.data.rhythm}`) : "";
      },
    },
  ],
};

/** The language a translator speaks: there is one translator a language. */
function localeOf(t: PageProps["t"]) {
  return (["fr", "es"] as const).find((locale) => translator(locale) === t) ?? "en";
}

/** Keeps the answer and sends the supporter to pay; nothing counts before the money is there. */
async function take({ ctx, snapshot, participation, request, origin }: Taking): Promise<Taken> {
  const { group, action } = snapshot;
  const gift = giftAnswer.parse(participation.o.own);
  const { amount, feeCover, currency, rhythm, dedication, recipients } = gift;
  const path = `${origin}/fundraisers/${action.slug}`;
  const { continent, country, longitude } = placeOf(request);
  const started = await startPayment(ctx, group, {
    participation,
    gift: { amount, currency },
    feeCover,
    interval: rhythm === "once" ? null : rhythm,
    order: {
      target: intakeTarget(snapshot, fundraiser),
      place: { continent, country, longitude },
      title: action.title,
      locale: action.locale,
      origin,
      details: { dedication, recipients },
    },
    returnUrl: async (id) => `${path}/paid?key=${await giftKey(ctx, group, id, "return")}`,
    cancelUrl: path,
  });
  if (started.is === "go") return { is: "elsewhere", href: started.href };
  const t = translator(action.locale);
  return { is: "invalid", errors: { amount: t(`fundraisers.errors.refused.${started.reason}`) } };
}

function placeOf({ cf }: Request) {
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return { continent: text(cf?.continent), country: text(cf?.country), longitude: text(cf?.longitude) };
}

/** Who is given to, where there are several. */
function Story({ t, snapshot }: PageProps) {
  const { recipients } = fundraiserSettings.parse(snapshot.action.settings);
  if (recipients.length === 0) return null;
  return (
    <section class="recipients">
      <h2 class="petition-label">{t("fundraisers.goesTo")}</h2>
      <ul>
        {recipients.map((recipient) => (
          <li dir="auto">
            <strong>{recipient.name}</strong>
            {recipients.length > 1 ? (
              <span class="petition-target-title">
                {" "}
                {formatPercent(percentOf(recipient, recipients) / 100, snapshot.action.locale)}
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
