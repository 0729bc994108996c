import { readCarried, withCarried } from "../actions/carry";
import type { FieldsProps } from "../actions/kind";
import { Attribution } from "../officials/attribution";
import { DistrictField } from "../officials/district-field";
import { attributions } from "../officials/official";
import type { Target } from "../officials/types";
import { type FormValues, single } from "../platform/forms";
import { Notice } from "../ui/flash";
import { HiddenField, TextArea, TextField } from "../ui/form";
import type { T } from "../ui/i18n";
import { addresseesOf, bodyField, subjectField } from "./answer";
import { type StartingLetter, startingLetters } from "./starting";
import { BODY_MAX, type LetterSettings, letterSettingsOf, SUBJECT_MAX } from "./types";

/** What was said so far, also what is carried from another action and stands in no field. */
async function valuesOf({ ctx, snapshot, form }: FieldsProps): Promise<FormValues> {
  const carried = await readCarried(ctx, snapshot.group, single(form.values, "carry"));
  return withCarried(snapshot, form.values, carried);
}

/** On the first page, where a postal code left it open: which district. */
export async function FieldsBefore(props: FieldsProps) {
  const { t, ctx, snapshot, form, step } = props;
  if (step !== 1 || Object.keys(form.values).length === 0) return null;
  const reached = await addresseesOf(ctx, snapshot, await valuesOf(props));
  // What was picked stays with the form, also when it is no longer asked.
  if (reached.is !== "choose") {
    const district = single(form.values, "district");
    return district === "" ? null : <HiddenField name="district" value={district} />;
  }
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

/** On the second page the letters; on the first what was written, to travel along. */
export async function FieldsAfter(props: FieldsProps) {
  const { t, ctx, snapshot, form, step } = props;
  if (step === 1) return <Written values={form.values} />;
  const values = await valuesOf(props);
  const reached = await addresseesOf(ctx, snapshot, values);
  if (reached.is !== "found") return null;
  const settings = letterSettingsOf(snapshot.action.settings);
  const letters = startingLetters(t, snapshot, settings, { targets: reached.targets, values });
  return (
    <>
      <HiddenField name="district" value={reached.district} />
      {letters.map((letter) => (
        <LetterFields {...props} letter={letter} settings={settings} isOnly={letters.length === 1} />
      ))}
      <p class="fine">{t("letters.form.signed", { name: signatureOf(values) })}</p>
      <Attribution t={t} countries={await attributions(ctx, snapshot.group, settings.source)} />
    </>
  );
}

function signatureOf(values: FormValues): string {
  const name = ["givenName", "familyName"].map((field) => single(values, field).trim()).join(" ");
  return [name.trim(), single(values, "locality"), single(values, "postalCode"), single(values, "email")]
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join(", ");
}

function Written({ values }: { values: FormValues }) {
  return Object.entries(values).flatMap(([name, value]) =>
    name.startsWith("letter.") && typeof value === "string"
      ? [<HiddenField name={name} value={value} />]
      : [],
  );
}

type LetterFieldsProps = FieldsProps & { letter: StartingLetter; settings: LetterSettings; isOnly: boolean };

function LetterFields({ t, form, letter, settings, isOnly }: LetterFieldsProps) {
  const { language, targets, subject, body } = letter;
  const names = { subject: subjectField(language), body: bodyField(language) };
  const shownAs = (name: string, began: string) => (name in form.values ? single(form.values, name) : began);
  return (
    <section class="letter" lang={isOnly ? undefined : language}>
      <Recipients t={t} targets={targets} />
      {settings.isEditable ? (
        <>
          <TextField
            name={names.subject}
            label={t("letters.form.subject")}
            value={shownAs(names.subject, subject)}
            maxlength={SUBJECT_MAX}
            error={form.errors[names.subject]}
            required
          />
          <TextArea
            name={names.body}
            label={t("letters.form.body")}
            hint={hintOf(t, settings, targets)}
            value={shownAs(names.body, body)}
            maxlength={BODY_MAX}
            rows={12}
            error={form.errors[names.body]}
            required
          />
        </>
      ) : (
        <blockquote class="letter-text" dir="auto">
          <p>
            <strong>{subject}</strong>
          </p>
          {body.split("\n").map((line) => (
            <p>{line}</p>
          ))}
        </blockquote>
      )}
    </section>
  );
}

function hintOf(t: T, { ownWords }: LetterSettings, targets: readonly Target[]): string {
  return [
    ownWords > 0 ? t("letters.form.ownWords", { count: ownWords }) : t("letters.form.change"),
    targets.length > 1 ? t("letters.form.brackets") : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function Recipients({ t, targets }: { t: T; targets: readonly Target[] }) {
  const byHand = targets.filter(({ email }) => email === "");
  return (
    <>
      <p class="label">{t("letters.form.to")}</p>
      <ul class="recipients">
        {targets.map(({ name, title, office }) => (
          <li dir="auto">
            <strong>{name}</strong> {[title, office].filter((part) => part !== "").join(", ")}
          </li>
        ))}
      </ul>
      {byHand.length > 0 ? (
        <Notice>
          <p>
            {t("letters.form.byHand", {
              count: byHand.length,
              names: byHand.map(({ name }) => name).join(", "),
            })}
          </p>
        </Notice>
      ) : null}
    </>
  );
}
