import { Form, SubmitButton, TextField } from "../ui/form";
import type { ProgressProps } from "./progress-props";
import { waitsForChoice } from "./test-views";

/** What can be done with it now. */
export function Buttons(props: ProgressProps) {
  const { t, href, numbers, maySend, mayEdit, isOwn } = props;
  const { status, pauseCause } = numbers;
  const button = (
    verb: "pause" | "resume" | "stop" | "take-back",
    kind: "primary" | "secondary" | "danger",
  ) => (
    <Form action={`${href}/${verb}`} class="inline">
      <SubmitButton kind={kind} {...(verb === "stop" ? { confirm: t("composer.button.stopAsk") } : {})}>
        {t(`composer.button.${verb === "take-back" ? "takeBack" : verb}`)}
      </SubmitButton>
    </Form>
  );
  const mayTakeBack = maySend || (mayEdit && isOwn);
  const isHeldByOthers = pauseCause === "operator";
  return (
    <div class="button-row">
      {["waiting", "scheduled", "preparing"].includes(status) && mayTakeBack
        ? button("take-back", "secondary")
        : null}
      {status === "sending" && mayTakeBack
        ? button("pause", waitsForChoice(numbers) ? "secondary" : "primary")
        : null}
      {status === "paused" && maySend && !isHeldByOthers && pauseCause !== "test"
        ? button("resume", "primary")
        : null}
      {["sending", "paused"].includes(status) && mayTakeBack ? button("stop", "danger") : null}
      {status === "scheduled" && maySend ? <Reschedule {...props} /> : null}
    </div>
  );
}

function Reschedule({ t, href, group, startAt }: ProgressProps) {
  return (
    <details class="disclosure">
      <summary>{t("composer.button.reschedule")}</summary>
      <Form action={`${href}/schedule`} label={t("composer.button.reschedule")}>
        <TextField
          name="startAt"
          type="datetime-local"
          label={t("composer.schedule.startAt")}
          hint={t("composer.schedule.zone", { zone: group.timeZone.replaceAll("_", " ") })}
          value={startAt}
          width="medium"
        />
        <SubmitButton kind="secondary">{t("composer.button.reschedule")}</SubmitButton>
      </Form>
    </details>
  );
}
