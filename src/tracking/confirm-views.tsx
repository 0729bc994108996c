import { ButtonRow, Form, HiddenField, SubmitButton } from "../ui/form";
import { hrefOf, type ReaderFrame, ReaderPage } from "./leave-views";

type ConfirmPageProps = ReaderFrame & { isProof: boolean; first: "yes" | "no"; error: string };

/** Two answers, each a button; the one the mail's link was for comes first. */
export function ConfirmPage(props: ConfirmPageProps) {
  const { t, group, first, error } = props;
  const title = t("readers.confirm.title", { group: group.name });
  const answers = first === "yes" ? (["yes", "no"] as const) : (["no", "yes"] as const);
  return (
    <ReaderPage {...props} title={title} page="confirm">
      <p>{t("readers.confirm.text", { group: group.name })}</p>
      {error ? <p role="alert">{error}</p> : null}
      {answers.map((answer) => (
        <Form action={hrefOf(props, "confirm")} label={t(`readers.confirm.${answer}`)}>
          <HiddenField name="answer" value={answer} />
          <ButtonRow>
            <SubmitButton kind={answer === first ? "primary" : "secondary"} isWide>
              {t(`readers.confirm.${answer}`)}
            </SubmitButton>
          </ButtonRow>
        </Form>
      ))}
      <p class="soft">{t("readers.confirm.note")}</p>
    </ReaderPage>
  );
}
