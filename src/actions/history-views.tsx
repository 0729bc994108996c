import { Disclosure } from "../ui/card";
import type { Locale, T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { When } from "../ui/when";
import { type ActionFrame, ActionShell } from "./action-shell";
import { fieldLabel, valueWords } from "./field-labels";
import type { Change, EditAct, Kind } from "./types";

export type HistoryLine = {
  version: number;
  by: string;
  at: number;
  act: EditAct;
  changes: readonly Change[];
};

/** Who changed what and when, newest first. */
export function HistoryPage(props: ActionFrame & { lines: readonly HistoryLine[] }) {
  const { t, lines, locale, now, timeZone, kind } = props;
  return (
    <ActionShell {...props} tab="history" page={t("actions.tabs.history")}>
      <Section title={t("actions.history.title")} text={t("actions.history.text")}>
        <ol class="history" reversed>
          {lines.map((line) => (
            <li>
              <p>
                <strong>{line.by}</strong> {t(`actions.history.acts.${line.act}`)}
                <span class="soft small">
                  {" · "}
                  <When at={line.at} now={now} locale={locale} timeZone={timeZone} />
                </span>
              </p>
              {line.changes.length > 0 ? (
                <Changes t={t} locale={locale} kind={kind} changes={line.changes} />
              ) : null}
            </li>
          ))}
        </ol>
      </Section>
    </ActionShell>
  );
}

function Changes({ t, kind, changes }: { t: T; locale: Locale; kind: Kind; changes: readonly Change[] }) {
  const names = [...new Set(changes.map(({ field }) => fieldLabel(t, kind, field)))];
  return (
    <Disclosure summary={names.join(" · ")}>
      <dl class="versions">
        {changes.map((change) => (
          <div>
            <dt>{fieldLabel(t, kind, change.field)}</dt>
            <dd>
              <span class="versions-who">{t("actions.history.before")}</span>
              <span dir="auto">{valueWords(t, change.before)}</span>
            </dd>
            <dd>
              <span class="versions-who">{t("actions.history.after")}</span>
              <span dir="auto">{valueWords(t, change.after)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Disclosure>
  );
}
