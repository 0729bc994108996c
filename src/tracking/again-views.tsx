import { ButtonRow, Form, HiddenField, SubmitButton } from "../ui/form";
import { hrefOf, type ReaderFrame, ReaderPage } from "./leave-views";

/** Where the mail leads that asks for somebody's own word: one button. */
export function AgainPage(props: ReaderFrame & { word: string }) {
  const { t, group, word } = props;
  const name = { group: group.name };
  return (
    <ReaderPage {...props} title={t("readers.confirm.title", name)} page="again" more={`&word=${word}`}>
      <p>{t("readers.again.text", name)}</p>
      <Form action={hrefOf(props, "again")} label={t("readers.again.yes")}>
        <HiddenField name="word" value={word} />
        <SubmitButton isWide>{t("readers.again.yes")}</SubmitButton>
      </Form>
      <p class="soft">{t("readers.again.mail.small")}</p>
    </ReaderPage>
  );
}

/** On the page of preferences of somebody whose address is blocked: why, and how they end it. */
export function Blocked(props: ReaderFrame & { block: "bounce" | "complaint" | "operator" }) {
  const { t, group, block } = props;
  const name = { group: group.name };
  return (
    <section>
      <h2>{t("readers.again.title", name)}</h2>
      <p>{t(`readers.again.blocked.${block}`, name)}</p>
      {block === "operator" ? null : (
        <Form action={hrefOf(props, "own-word")} label={t("readers.again.ask")}>
          <ButtonRow>
            <SubmitButton kind="secondary">{t("readers.again.ask")}</SubmitButton>
          </ButtonRow>
        </Form>
      )}
    </section>
  );
}
