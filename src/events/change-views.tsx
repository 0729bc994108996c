import type { Action } from "../actions/types";
import { actionHref } from "../actions/web";
import type { Group } from "../groups/types";
import { Notice } from "../ui/flash";
import { ButtonRow, Form, SubmitButton, TextArea } from "../ui/form";
import { formatTime } from "../ui/format";
import { type Locale, type T, translator } from "../ui/i18n";
import { Section } from "../ui/layout";
import { type Changes, isToBeTold, tellsAt } from "./changes";
import { withFacts } from "./facts";
import { CANCELLATION_NOTE_MAX, eventSettings } from "./types";
import { shiftLine, whenLine, whereLine } from "./words";

type Props = {
  t: T;
  locale: Locale;
  timeZone: string;
  now: number;
  group: Group;
  action: Action;
  changes: Changes | null;
  /** Who would be told. */
  toTell: number;
  /** What was written, when it was refused. */
  tellNote: string;
  errors: Record<string, string>;
};

/** When and where have changed since people replied: what they know, what is true, and the way to tell them. */
export function ChangeSection(props: Props) {
  const { t, locale, timeZone, now, group, action, changes, toTell } = props;
  if (!changes || changes.known === changes.now || toTell === 0) return null;
  const leavesAt = tellsAt(changes);
  if (leavesAt !== null && leavesAt <= now) return null;
  return (
    <Section title={t("events.change.title")} text={t("events.change.text", { count: toTell })}>
      <dl class="facts">
        {changedFacts(props, changes).map(([name, before, after]) => (
          <div>
            <dt>{name}</dt>
            <dd>
              <s>
                <span class="visually-hidden">{t("events.change.before")} </span>
                {before}
              </s>
              <br />
              <strong>{after}</strong>
            </dd>
          </div>
        ))}
      </dl>
      {leavesAt === null ? (
        <TellForm {...props} />
      ) : (
        <>
          <Notice>
            <p>
              {t("events.change.leaves", { time: formatTime(leavesAt, locale, timeZone), count: toTell })}
            </p>
          </Notice>
          <Form action={actionHref(group, action, "/changes")}>
            <ButtonRow>
              <SubmitButton kind="secondary" name="do" value="untell">
                {t("events.change.untell")}
              </SubmitButton>
            </ButtonRow>
          </Form>
        </>
      )}
    </Section>
  );
}

function TellForm({ t, group, action, toTell, tellNote, errors }: Props) {
  return (
    <Form action={actionHref(group, action, "/changes")}>
      <TextArea
        name="tellNote"
        label={t("events.plan.note")}
        hint={t("events.change.noteHint")}
        optionalLabel={t("common.form.optional")}
        rows={3}
        maxlength={CANCELLATION_NOTE_MAX}
        value={tellNote}
        error={errors.tellNote}
      />
      <ButtonRow>
        <SubmitButton name="do" value="tell">
          {t("events.change.tell", { count: toTell })}
        </SubmitButton>
        <SubmitButton kind="quiet" name="do" value="known">
          {t("events.change.known")}
        </SubmitButton>
      </ButtonRow>
    </Form>
  );
}

/** Name, what it was, what it is. */
function changedFacts({ t, locale, action }: Props, { known }: Changes): [string, string, string][] {
  const settings = eventSettings.parse(action.settings);
  const own = translator(locale);
  const facts = (of: typeof settings): [string, string][] => [
    [t("events.page.when"), whenLine(of, locale)],
    [t("events.page.where"), whereLine(own, of, locale, { isAttendee: true })],
    [t("events.calendar.join"), of.where === "place" ? "" : of.online.url],
    [t("events.editor.shifts"), of.shifts.map((one) => shiftLine(of, one, locale)).join("; ")],
  ];
  const before = facts(withFacts(settings, known));
  return facts(settings).flatMap(([name, after], nth) => {
    const old = before[nth]?.[1] ?? "";
    return old === after ? [] : [[name, old || "–", after || "–"] as [string, string, string]];
  });
}

/** Above the editor: somebody was promised another time or place. */
export function ToBeTold({ t, group, action, changes }: Pick<Props, "t" | "group" | "action" | "changes">) {
  if (!isToBeTold(changes)) return null;
  return (
    <Notice kind="warn" title={t("events.change.title")}>
      <p>
        <a href={actionHref(group, action, "/plan")}>{t("events.change.see")}</a>
      </p>
    </Notice>
  );
}
