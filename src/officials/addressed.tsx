import type { T } from "../ui/i18n";
import type { TargetSource } from "./types";

/** To whom an action is addressed, for whoever has not yet said where they live. */
export function Addressed({ t, source, label }: { t: T; source: TargetSource; label: string }) {
  return (
    <div class="petition-targets">
      <h2 class="petition-label">{label}</h2>
      <ul>
        {source.from === "fixed" ? (
          source.people.map(({ name, title }) => (
            <li dir="auto">
              <strong>{name}</strong>
              {title ? <span class="petition-target-title"> {title}</span> : null}
            </li>
          ))
        ) : (
          <li>
            <strong>{t("officials.public.yours")}</strong>
            {source.from === "builtin" ? (
              <span class="petition-target-title">
                {" "}
                {source.sets.map((set) => t(`officials.sets.${set}`)).join(" · ")}
              </span>
            ) : null}
          </li>
        )}
      </ul>
    </div>
  );
}
