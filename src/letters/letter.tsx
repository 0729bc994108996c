import css from "../../public/css/letters.css";
import type { Kind, OwnColumn } from "../actions/kind";
import type { PageProps } from "../actions/types";
import { Addressed } from "../officials/addressed";
import { hasUnfilled } from "../officials/merge";
import { reasonsNotToAddress, sourceProblems, sourceReasonFields } from "../officials/source";
import type { Key } from "../ui/i18n";
import { minified } from "../ui/public-styles";
import { readFields } from "./answer";
import { Thanks, take } from "./by-hand";
import { deliver, findMissing, sendDue } from "./delivery";
import { Editor, pressEditor, readEditor } from "./editor";
import { FieldsAfter, FieldsBefore } from "./form-views";
import { letterRoutes } from "./routes";
import { keepTexts } from "./store";
import { textHash, variantsIn } from "./text";
import { type LetterSettings, letterSettings, letterSettingsOf, ownLetter } from "./types";

/** A letter: people write to whoever decides, each in their own name and, if they like, their own words. */
export const letter: Kind = {
  name: "letter",
  path: "letters",
  isOnce: false,
  intake: "spread",
  words: {
    name: "letters.name",
    summary: "letters.summary",
    create: "letters.create",
    question: "letters.question",
    hint: "letters.hint",
    participants: "letters.writers",
    people: "letters.people",
  },
  widget: { type: "letter", formId: "new_outreach" },
  settings: letterSettings,
  starting: (group) => {
    const start = letterSettings.parse({
      consent: { mode: group.settings.optInMode, text: "" },
      comments: { isAsked: false, isModerated: true },
    });
    return { ...start, fields: { ...start.fields, postalCode: "required" } };
  },
  lacks: ["comments"],
  problems: (settings) => sourceProblems(letterSettings.parse(settings).source),
  reasonsNotToPublish: (action) => reasonsNotToPublish(letterSettingsOf(action.settings)),
  reasonFields: {
    ...sourceReasonFields,
    "letters.reasons.noAddress": "source.people.0.email",
    "letters.reasons.noLetter": "variants.0.body",
    "officials.reasons.unfilled": "variants.0.body",
  },
  // Before the page shows a text, D1 has it: a letter that nobody changed is stored as a mark of it.
  async extra(_ctx, db, action) {
    const { variants } = letterSettingsOf(action.settings);
    await keepTexts(
      db,
      await Promise.all(variants.map(async (one) => ({ ...one, hash: await textHash(one) }))),
    );
    return null;
  },
  Story,
  Below,
  buttonLabel: (t) => t("letters.button"),
  style: minified(css),
  steps: () => [
    { standard: true, own: true, questions: "all", comment: true, consent: true },
    { standard: false, own: true, questions: [], comment: false, consent: false },
  ],
  FieldsBefore,
  FieldsAfter,
  readFields,
  take,
  Thanks,
  afterwards: [{ name: "deliver", run: deliver, findMissing }],
  due: sendDue,
  fieldLabels: {
    source: "officials.editor.legend",
    variants: "letters.editor.letter",
    isEditable: "letters.editor.isEditable",
    ownWords: "letters.editor.ownWords",
    delivery: "letters.editor.delivery",
    capPerDay: "letters.editor.cap",
  },
  Editor,
  readEditor,
  pressEditor,
  memberRoutes: letterRoutes,
  tabs: [{ name: "letters", path: "/letters", label: "letters.tab", needs: "people.view" }],
  columns: () => columns,
};

function reasonsNotToPublish({ source, variants, fields }: LetterSettings): Key[] {
  const reasons = reasonsNotToAddress(source);
  const isReachable = source.people.some(({ email }) => email !== "") || source.fallback.email !== "";
  if (source.from === "fixed" && source.people.length > 0 && !isReachable)
    reasons.push("letters.reasons.noAddress");
  if (source.from !== "fixed" && fields.postalCode === "hidden") reasons.push("letters.reasons.postalCode");
  if (variants.length === 0) reasons.push("letters.reasons.noLetter");
  // A gap in every letter is never what somebody meant; one in the letters of those who skip an optional field may be.
  if (variants.some(({ subject, body }) => hasUnfilled(`${subject}\n${body}`, fields)))
    reasons.push("officials.reasons.unfilled");
  return reasons;
}

function Story({ t, snapshot }: PageProps) {
  const { source } = letterSettingsOf(snapshot.action.settings);
  return (
    <section class="petition">
      <Addressed t={t} source={source} label={t("letters.to")} />
    </section>
  );
}

/** The letter, for whoever wants to read it before saying who they are. */
function Below({ t, snapshot }: PageProps) {
  const { action } = snapshot;
  const [first] = variantsIn(letterSettingsOf(action.settings).variants, action.locale, action.locale);
  if (!first) return null;
  return (
    <section class="action-story letter-below">
      <details>
        <summary>{t("letters.read")}</summary>
        <div class="letter-text" dir="auto">
          <p>
            <strong>{sayable(first.subject)}</strong>
          </p>
          {sayable(first.body)
            .split("\n")
            .map((line) => (
              <p>{line}</p>
            ))}
        </div>
      </details>
    </section>
  );
}

/** Merge fields as a gap to be filled in. */
function sayable(text: string): string {
  return text.replace(/\{\{\s*[a-z_]+\s*\}\}/g, "…");
}

const columns: readonly OwnColumn[] = [
  {
    key: "to",
    title: "letters.columns.to",
    value: (_t, own) => (ownLetter.safeParse(own).data?.to ?? []).map(({ n }) => n).join("; "),
  },
  {
    key: "changed",
    title: "letters.columns.changed",
    value: (t, own) => {
      const texts = Object.values(ownLetter.safeParse(own).data?.text ?? {});
      return t(texts.some((said) => "s" in said) ? "common.form.yes" : "common.form.no");
    },
  },
];
