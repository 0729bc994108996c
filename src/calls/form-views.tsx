import { readCarried, withCarried } from "../actions/carry";
import type { FieldsProps } from "../actions/kind";
import { Attribution } from "../officials/attribution";
import { DistrictField } from "../officials/district-field";
import { fill, targetValues, withoutFields, writerValues } from "../officials/merge";
import { attributions } from "../officials/official";
import type { Target } from "../officials/types";
import { type FormValues, single } from "../platform/forms";
import { Notice } from "../ui/flash";
import { HiddenField, RadioGroup } from "../ui/form";
import { Icon } from "../ui/icon";
import { callAt, calledBy } from "./answer";
import { callSettingsOf, reports } from "./types";

async function valuesOf({ ctx, snapshot, form }: FieldsProps): Promise<FormValues> {
  const carried = await readCarried(ctx, snapshot.group, single(form.values, "carry"));
  return withCarried(snapshot, form.values, carried);
}

/** On the first page, where a postal code left it open: which district. */
export async function FieldsBefore(props: FieldsProps) {
  const { t, ctx, snapshot, form, step } = props;
  if (step !== 1 || Object.keys(form.values).length === 0) return null;
  const reached = await calledBy(ctx, snapshot, await valuesOf(props));
  if (reached.is !== "choose") return null;
  return (
    <div class="asked">
      <HiddenField name="districtAsked" value="yes" />
      <DistrictField
        t={t}
        districts={reached.districts}
        value={single(form.values, "district")}
        error={form.errors.district}
      />
    </div>
  );
}

/** On the second page one call: the number, what to say, and how it went. */
export async function FieldsAfter(props: FieldsProps) {
  const { t, ctx, snapshot, form, step } = props;
  if (step === 1) return null;
  const values = await valuesOf(props);
  const reached = await calledBy(ctx, snapshot, values);
  if (reached.is !== "found") return null;
  const { at, target } = callAt(reached.targets, values);
  if (!target) return null;
  const { source, script } = callSettingsOf(snapshot.action.settings);
  return (
    <>
      <HiddenField name="district" value={reached.district} />
      <HiddenField name="at" value={String(at)} />
      {single(values, "reported") === "yes" ? (
        <Notice kind="good">
          <p>{t("calls.form.counted")}</p>
        </Notice>
      ) : null}
      <Callee {...props} target={target} at={at} of={reached.targets.length} />
      <Script text={scriptFor(script, target, values)} title={t("calls.form.script")} />
      <RadioGroup
        name="outcome"
        legend={t("calls.form.outcome")}
        error={form.errors.outcome}
        required
        value={single(form.values, "outcome")}
        options={reports.map((value) => ({ value, label: t(`calls.outcomes.${value}`) }))}
      />
      <Attribution t={t} countries={await attributions(ctx, snapshot.group, source)} />
    </>
  );
}

function Callee({ t, target, at, of: count }: FieldsProps & { target: Target; at: number; of: number }) {
  const { name, title, office, phone } = target;
  return (
    <div class="callee">
      {count > 1 ? <p class="fine">{t("calls.form.nth", { nth: at + 1, count })}</p> : null}
      <h2 dir="auto">{name}</h2>
      <p>{[title, office].filter((part) => part !== "").join(", ")}</p>
      <a class="button button-wide call-button" href={`tel:${phone.replace(/(?!^\+)\D/g, "")}`}>
        <Icon name="phone" />
        {t("calls.form.call", { phone })}
      </a>
    </div>
  );
}

/** The script with both sides' names in it. */
function scriptFor(script: string, target: Target, values: FormValues): string {
  const writer = writerValues({
    givenName: single(values, "givenName").trim(),
    familyName: single(values, "familyName").trim(),
    locality: single(values, "locality").trim(),
    postalCode: single(values, "postalCode").trim(),
  });
  return withoutFields(fill(script, { ...writer, ...targetValues(target) }));
}

function Script({ text, title }: { text: string; title: string }) {
  if (text === "") return null;
  return (
    <section class="script">
      <h3>{title}</h3>
      {text.split(/\n{2,}/).map((paragraph) => (
        <p dir="auto">
          {paragraph.split("\n").map((line, index) => (
            <>
              {index > 0 ? <br /> : null}
              {line}
            </>
          ))}
        </p>
      ))}
    </section>
  );
}
