import css from "../../public/css/calls.css";
import type { Kind, OwnColumn } from "../actions/kind";
import type { PageProps } from "../actions/types";
import { Addressed } from "../officials/addressed";
import { hasUnfilled } from "../officials/merge";
import { pressSource, reasonsNotToAddress, sourceProblems, sourceReasonFields } from "../officials/source";
import type { Key } from "../ui/i18n";
import { minified } from "../ui/public-styles";
import { readFields, take } from "./answer";
import { Editor, readEditor } from "./editor";
import { FieldsAfter, FieldsBefore } from "./form-views";
import { callRoutes } from "./routes";
import { tally } from "./tally";
import { type CallSettings, callSettings, callSettingsOf, ownCall } from "./types";

/** A call: people ring whoever decides, with a script at hand, one after the other. */
export const call: Kind = {
  name: "call",
  path: "calls",
  isOnce: false,
  intake: "spread",
  words: {
    name: "calls.name",
    summary: "calls.summary",
    create: "calls.create",
    question: "calls.question",
    hint: "calls.hint",
    participants: "calls.callers",
    people: "calls.people",
  },
  widget: { type: "call_campaign", formId: "new_call" },
  settings: callSettings,
  starting: (group) => {
    const start = callSettings.parse({
      consent: { mode: group.settings.optInMode, text: "" },
      comments: { isAsked: false, isModerated: true },
    });
    return { ...start, fields: { ...start.fields, postalCode: "required" } };
  },
  lacks: ["comments"],
  problems: (settings) => sourceProblems(callSettings.parse(settings).source),
  reasonsNotToPublish: (action) => reasonsNotToPublish(callSettingsOf(action.settings)),
  reasonFields: {
    ...sourceReasonFields,
    "calls.reasons.noNumber": "source.people.0.phone",
    "calls.reasons.noNumberCa": "source.fallback.name",
    "calls.reasons.noScript": "script",
    "officials.reasons.unfilled": "script",
  },
  Story,
  buttonLabel: (t, _snapshot, step) => t(step === undefined ? "calls.button" : "calls.save"),
  style: minified(css),
  steps: () => [
    { standard: true, own: true, questions: "all", comment: true, consent: true },
    { standard: false, own: true, questions: [], comment: false, consent: false },
  ],
  FieldsBefore,
  FieldsAfter,
  readFields,
  take,
  afterwards: [tally],
  fieldLabels: { source: "officials.editor.legend", script: "calls.editor.script" },
  Editor,
  readEditor,
  pressEditor: pressSource,
  memberRoutes: callRoutes,
  tabs: [{ name: "calls", path: "/calls", label: "calls.tab", needs: "people.view" }],
  columns: () => columns,
};

function reasonsNotToPublish({ source, script, fields }: CallSettings): Key[] {
  const reasons = reasonsNotToAddress(source);
  const isReachable = source.people.some(({ phone }) => phone !== "") || source.fallback.phone !== "";
  if (source.from === "fixed" && source.people.length > 0 && !isReachable)
    reasons.push("calls.reasons.noNumber");
  const isCanadian = source.from === "builtin" && source.sets.every((set) => set === "ca-commons");
  if (isCanadian && source.sets.length > 0 && source.fallback.phone === "")
    reasons.push("calls.reasons.noNumberCa");
  if (source.from !== "fixed" && fields.postalCode === "hidden") reasons.push("letters.reasons.postalCode");
  if (script === "") reasons.push("calls.reasons.noScript");
  if (hasUnfilled(script, fields)) reasons.push("officials.reasons.unfilled");
  return reasons;
}

function Story({ t, snapshot }: PageProps) {
  const { source } = callSettingsOf(snapshot.action.settings);
  return (
    <section class="petition">
      <Addressed t={t} source={source} label={t("calls.to")} />
    </section>
  );
}

const columns: readonly OwnColumn[] = [
  { key: "to", title: "calls.list.target", value: (_t, own) => ownCall.safeParse(own).data?.n ?? "" },
  {
    key: "outcome",
    title: "calls.columns.outcome",
    value: (t, own) => {
      const outcome = ownCall.safeParse(own).data?.a;
      return outcome ? t(`calls.outcomes.${outcome}`) : "";
    },
  },
];
