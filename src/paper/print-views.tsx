import { raw } from "hono/html";
import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { SOURCE_MAX } from "../actions/answer-text";
import { actionHref } from "../actions/web";
import { Notice } from "../ui/flash";
import { ButtonLink, ButtonRow, Form, SubmitButton, TextField } from "../ui/form";
import { Icon } from "../ui/icon";
import { Section } from "../ui/layout";
import { FLYER_SOURCE, type PaperSize, paperSize, paperSizes, QR_SOURCE, SHEETS_MAX } from "./types";

type PrintProps = ActionFrame & {
  /** The code as an SVG. */
  qr: string;
  /** The source code that was asked for; "" for the usual ones. */
  code: string;
  error: string | undefined;
  takesPaper: boolean;
};

/** All that an organiser can print of an action. */
export function PrintPage(props: PrintProps) {
  const { t, action } = props;
  return (
    <ActionShell {...props} tab="print" page={t("paper.page.title")} lead={t("paper.page.lead")}>
      {action.status === "draft" ? (
        <Notice kind="warn">
          <p>{t("paper.page.draft")}</p>
        </Notice>
      ) : (
        <Published {...props} />
      )}
    </ActionShell>
  );
}

function Published(props: PrintProps) {
  const { t, group, action, takesPaper } = props;
  return (
    <>
      {action.status === "closed" ? (
        <Notice kind="info">
          <p>{t("paper.page.closed")}</p>
        </Notice>
      ) : null}
      <QrSection {...props} />
      <FlyerSection {...props} />
      {takesPaper ? (
        <SheetSection {...props} />
      ) : (
        <Section title={t("paper.sheet.title")} text={t("paper.sheet.notForKind")} />
      )}
      {takesPaper && props.maySeePeople ? (
        <Section title={t("paper.typing.title")} text={t("paper.typing.about")}>
          <ButtonRow>
            <ButtonLink href={actionHref(group, action, "/paper")}>{t("paper.typing.open")}</ButtonLink>
          </ButtonRow>
        </Section>
      ) : null}
    </>
  );
}

function QrSection({ t, group, action, qr, code, error }: PrintProps) {
  const base = actionHref(group, action, "/print");
  const query = code && !error ? `?${new URLSearchParams({ code })}` : "";
  return (
    <Section title={t("paper.qr.title")} text={t("paper.qr.about")}>
      <div class="printing-qr">
        {error ? null : <div class="qr">{raw(qr)}</div>}
        <div class="form">
          <Form method="get" action={base} class="printing-line">
            <TextField
              name="code"
              label={t("paper.qr.code")}
              hint={t("paper.qr.codeHint", { usual: QR_SOURCE })}
              value={code}
              maxlength={SOURCE_MAX}
              width="medium"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              {...(error ? { error } : {})}
            />
            <SubmitButton kind="secondary">{t("paper.qr.make")}</SubmitButton>
          </Form>
          {error ? null : (
            <ButtonRow>
              <ButtonLink href={`${base}/qr.svg${query}`} kind="secondary">
                <Icon name="download" />
                {t("paper.qr.svg")}
              </ButtonLink>
              <ButtonLink href={`${base}/qr.png${query}`} kind="secondary">
                <Icon name="download" />
                {t("paper.qr.png")}
              </ButtonLink>
            </ButtonRow>
          )}
          <p class="hint">{t("paper.qr.formats")}</p>
        </div>
      </div>
    </Section>
  );
}

function FlyerSection({ t, group, action, code, error }: PrintProps) {
  return (
    <Section title={t("paper.flyer.title")} text={t("paper.flyer.about", { usual: FLYER_SOURCE })}>
      <Form method="get" action={actionHref(group, action, "/print/flyer")} class="printing-line">
        <SizeField t={t} id="flyer" usual={paperSize(undefined, group.country)} />
        {code && !error ? <input type="hidden" name="code" value={code} /> : null}
        <SubmitButton kind="secondary">{t("paper.flyer.open")}</SubmitButton>
      </Form>
    </Section>
  );
}

function SheetSection({ t, group, action }: PrintProps) {
  return (
    <Section title={t("paper.sheet.title")} text={t("paper.sheet.about")}>
      <Form method="get" action={actionHref(group, action, "/print/sheet")} class="printing-line">
        <SizeField t={t} id="sheet" usual={paperSize(undefined, group.country)} />
        <TextField
          name="pages"
          label={t("paper.sheet.pages")}
          type="number"
          inputmode="numeric"
          min={1}
          max={SHEETS_MAX}
          value={1}
          width="short"
        />
        <SubmitButton kind="secondary">{t("paper.sheet.open")}</SubmitButton>
      </Form>
      {action.settings.questions.length > 0 ? <p class="hint">{t("paper.sheet.noQuestions")}</p> : null}
    </Section>
  );
}

/** Two of them stand on one page, so each has an id of its own. */
function SizeField({ t, id, usual }: { t: PrintProps["t"]; id: string; usual: PaperSize }) {
  return (
    <div class="field">
      <label for={`size-${id}`}>{t("paper.size.label")}</label>
      <select class="input" id={`size-${id}`} name="size">
        {paperSizes.map((size) => (
          <option value={size} selected={size === usual}>
            {t(`paper.size.${size}`)}
          </option>
        ))}
      </select>
    </div>
  );
}
