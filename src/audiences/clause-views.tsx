import { single } from "../platform/forms";
import { Choices, type Fields, Lines, Match, named, Select, Text, Times, When } from "./clause-inputs";
import { PlaceFields } from "./clause-place-views";
import { channels, engagementLevels, giftStates, known, mailActs, statusNames } from "./types";

/** The fields of one condition. */
export function ClauseFields({ of, setting }: Fields) {
  const { t, offers } = setting;
  const choose = { of, setting };
  switch (of.is) {
    case "subscription":
      return <SubscriptionFields {...choose} />;
    case "has":
      return (
        <Select
          {...choose}
          name="what"
          options={known.map((value) => ({ value, label: t(`audiences.known.${value}`) }))}
        />
      );
    case "tag":
      return (
        <>
          <Choices {...choose} name="tags" options={named(offers.tags)} />
          <Match {...choose} />
        </>
      );
    case "field":
      return <FieldFields {...choose} />;
    case "action":
      return <ActionFields {...choose} />;
    case "donation":
      return <DonationFields {...choose} />;
    case "recurring":
      return (
        <Choices
          {...choose}
          name="states"
          options={giftStates.map((value) => ({ value, label: t(`audiences.gift.${value}`) }))}
        />
      );
    case "mail":
      return <MailFields {...choose} />;
    case "series":
      return <Choices {...choose} name="series" options={named(offers.series)} />;
    case "import":
      return <ImportFields {...choose} />;
    case "joined":
      return <When {...choose} isNeeded />;
    case "active":
      return (
        <>
          <When {...choose} isNeeded />
          <Times {...choose} />
        </>
      );
    case "engagement":
      return (
        <Choices
          {...choose}
          name="levels"
          options={engagementLevels.map((value) => ({ value, label: t(`audiences.level.${value}`) }))}
        />
      );
    case "saved":
      return <Select {...choose} name="audience" blank options={named(offers.audiences)} />;
    case "people":
      return <Lines {...choose} name="addresses" hint={t("audiences.hint.addresses")} />;
    case "sample":
      return <SampleFields {...choose} />;
    default:
      return <PlaceFields {...choose} />;
  }
}

function SubscriptionFields(fields: Fields) {
  const { t } = fields.setting;
  return (
    <>
      <Select
        {...fields}
        name="channel"
        options={channels.map((value) => ({ value, label: t(`audiences.channel.${value}`) }))}
      />
      <Choices
        {...fields}
        name="status"
        options={statusNames.map((value) => ({ value, label: t(`audiences.statusLabel.${value}`) }))}
      />
    </>
  );
}

function ActionFields(fields: Fields) {
  const { t, offers, kinds } = fields.setting;
  return (
    <>
      <Choices
        {...fields}
        name="actions"
        options={named(offers.actions)}
        hint={t("audiences.hint.anyAction")}
      />
      <Choices {...fields} name="kinds" options={kinds.map(({ name, label }) => ({ value: name, label }))} />
      <When {...fields} />
      <Times {...fields} />
      <Lines {...fields} name="sources" hint={t("audiences.hint.lines")} />
    </>
  );
}

function MailFields(fields: Fields) {
  const { t, offers } = fields.setting;
  return (
    <>
      <Select
        {...fields}
        name="did"
        options={mailActs.map((value) => ({ value, label: t(`audiences.did.${value}`) }))}
      />
      <Choices
        {...fields}
        name="mailings"
        options={named(offers.mailings)}
        hint={t("audiences.hint.anyMailing")}
      />
      <When {...fields} />
      <Times {...fields} />
    </>
  );
}

function ImportFields(fields: Fields) {
  const { t, offers } = fields.setting;
  return (
    <>
      <Choices {...fields} name="imports" options={named(offers.imports)} />
      <Select
        {...fields}
        name="who"
        options={(["all", "new"] as const).map((value) => ({ value, label: t(`audiences.who.${value}`) }))}
      />
    </>
  );
}

function SampleFields(fields: Fields) {
  const { of } = fields;
  // The seed is made once, so that the same people stay in the sample however often it is saved.
  const seed = single(of.values, "seed") || String(crypto.getRandomValues(new Uint16Array(1))[0] ?? 0);
  return (
    <>
      <Text {...fields} name="share" suffix="%" isNumber />
      <input type="hidden" name={`${of.path}:seed`} value={seed} />
    </>
  );
}

function DonationFields(fields: Fields) {
  const { setting } = fields;
  const { t, offers, currency } = setting;
  const fundraisers = offers.actions.filter(({ kind }) => kind === "fundraiser");
  return (
    <>
      <Choices
        {...fields}
        name="actions"
        options={named(fundraisers)}
        hint={t("audiences.hint.anyFundraiser")}
      />
      <When {...fields} />
      <Times {...fields} />
      <Text {...fields} name="currency" usual={currency} />
      {(["total", "largest", "last"] as const).map((name) => (
        <div class="audience-span">
          <Text {...fields} name={`${name}Least`} isNumber />
          <Text {...fields} name={`${name}Most`} isNumber />
        </div>
      ))}
    </>
  );
}

/** What may be asked of a field of a type, the likeliest first. */
function opsOf(kind: string | undefined, hasAnswers: boolean) {
  if (kind === "number") return ["number", "known"] as const;
  if (kind === "date") return ["day", "known"] as const;
  if (kind === "several") return ["chosen", "known"] as const;
  return hasAnswers
    ? (["is", "contains", "known"] as const)
    : (["contains", "is", "begins", "known"] as const);
}

function FieldFields(fields: Fields) {
  const { of, setting } = fields;
  const { t, offers } = setting;
  const field = offers.fields.find(({ no }) => String(no) === single(of.values, "field"));
  const options = named(offers.fields);
  if (!field) return <Select {...fields} name="field" blank options={options} isAsked />;
  const ops = opsOf(field.kind, field.answers.length > 0);
  const op = ops.find((each) => each === single(of.values, "op")) ?? ops[0];
  const answers = field.answers.map((value) => ({ value, label: value }));
  return (
    <>
      <Select {...fields} name="field" blank options={options} isAsked />
      <Select
        {...fields}
        name="op"
        value={op}
        options={ops.map((value) => ({ value, label: t(`audiences.op.${value}`) }))}
        isAsked
      />
      {op === "contains" || op === "begins" ? <Text {...fields} name="text" /> : null}
      {op === "number" ? (
        <div class="audience-span">
          <Text {...fields} name="least" isNumber />
          <Text {...fields} name="most" isNumber />
        </div>
      ) : null}
      {op === "day" ? (
        <div class="audience-span">
          <Text {...fields} name="from" isDay />
          <Text {...fields} name="to" isDay />
        </div>
      ) : null}
      {(op === "is" || op === "chosen") && answers.length > 0 ? (
        <Choices {...fields} name="choices" errorName="values" options={answers} />
      ) : null}
      {(op === "is" || op === "chosen") && answers.length === 0 ? (
        <Lines {...fields} name="values" hint={t("audiences.hint.values")} />
      ) : null}
      {op === "chosen" ? <Match {...fields} /> : null}
    </>
  );
}
