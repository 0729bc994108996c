import petitions from "../../public/css/petitions.css";
import type { Kind, PageProps } from "../actions/types";
import type { Key } from "../ui/i18n";
import { minified } from "../ui/public-styles";
import { deliveryRoutes } from "./delivery-routes";
import { Editor, pressEditor, readEditor } from "./editor";
import { type PetitionSettings, petitionSettings } from "./types";
import { extraOfPetition } from "./update";
import { allUpdates } from "./updates-page";
import { Below, Won } from "./updates-public";
import { updateRoutes } from "./updates-routes";

/** A petition: a person asks someone for something, once, together with others. */
export const petition: Kind = {
  name: "petition",
  path: "petitions",
  isOnce: true,
  intake: "spread",
  words: {
    name: "petitions.name",
    summary: "petitions.summary",
    create: "petitions.create",
    question: "petitions.question",
    hint: "petitions.hint",
    participants: "petitions.signers",
  },
  widget: { type: "petition", formId: "new_signature" },
  settings: petitionSettings,
  starting: (group) => petitionSettings.parse({ consent: { mode: group.settings.optInMode, text: "" } }),
  reasonsNotToPublish: (action) => reasonsNotToPublish(petitionSettings.parse(action.settings)),
  reasonFields: { "petitions.reasons.noTarget": "targets.0.name", "petitions.reasons.noAsk": "ask" },
  extra: extraOfPetition,
  Story,
  Below,
  onPaper: (t, { action }) => {
    const { targets, ask } = petitionSettings.parse(action.settings);
    const names = targets.map(({ name, title }) => [name, title].filter((part) => part).join(", "));
    return { facts: [t("petitions.toNames", { names: names.join(" · ") })], ask };
  },
  style: minified(petitions),
  publicRoutes: () => allUpdates(petition),
  memberRoutes: (kinds) => updateRoutes(kinds).route("/", deliveryRoutes(kinds)),
  tabs: [{ name: "updates", path: "/updates", label: "petitions.updates.tab", needs: "actions.view" }],
  buttonLabel: (t) => t("petitions.button"),
  fieldLabels: { targets: "petitions.editor.targets", ask: "petitions.editor.ask" },
  Editor,
  readEditor,
  pressEditor,
};

function reasonsNotToPublish(settings: PetitionSettings): Key[] {
  const reasons: Key[] = [];
  if (settings.targets.length === 0) reasons.push("petitions.reasons.noTarget");
  if (settings.ask.trim() === "") reasons.push("petitions.reasons.noAsk");
  return reasons;
}

/** To whom, and what is asked. The page puts the title above it and the organiser's own story below. */
function Story(props: PageProps) {
  const { t, snapshot } = props;
  const { targets, ask } = petitionSettings.parse(snapshot.action.settings);
  return (
    <section class="petition">
      <Won {...props} />
      {targets.length > 0 ? (
        <div class="petition-targets">
          <h2 class="petition-label">{t("petitions.to")}</h2>
          <ul>
            {targets.map((target) => (
              <li dir="auto">
                <strong>{target.name}</strong>
                {target.title ? <span class="petition-target-title"> {target.title}</span> : null}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {ask.trim() ? (
        <div class="petition-ask">
          <h2 class="petition-label">{t("petitions.weAsk")}</h2>
          {paragraphs(ask).map((lines) => (
            <p dir="auto">
              {lines.map((line, index) => (
                <>
                  {index > 0 ? <br /> : null}
                  {line}
                </>
              ))}
            </p>
          ))}
        </div>
      ) : null}
    </section>
  );
}

function paragraphs(text: string): string[][] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.split("\n"));
}
