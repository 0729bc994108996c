import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { actionHref } from "../actions/web";
import { Notice } from "../ui/flash";
import { ButtonRow, Form, HiddenField, SubmitButton } from "../ui/form";
import { formatNumber } from "../ui/format";
import { Section } from "../ui/layout";
import { Progress } from "../ui/progress";
import { DataTable } from "../ui/table";
import type { RowsRead, TypedRow } from "./rows";
import type { Typing } from "./typing";
import type { Upload } from "./upload";

const PROBLEMS_SHOWN_MAX = 100;
const LINES_SHOWN_MAX = 10;

type UploadProps = ActionFrame & {
  typing: Typing;
  upload: Upload;
  read: RowsRead;
  /** The sheet was printed with another wording than the action has by now. */
  isStale: boolean;
  href: string;
};

/** What a file holds before any of it is taken, and then how far it is. */
export function UploadPage(props: UploadProps) {
  const { t, upload } = props;
  const title = t(upload.done === 0 ? "paper.preview.title" : "paper.preview.under");
  return (
    <ActionShell {...props} tab="print" page={title} scripts={["continue"]}>
      <h2>{title}</h2>
      {props.typing.isOpen ? null : (
        <Notice kind="warn">
          <p>{t("paper.typing.shut")}</p>
        </Notice>
      )}
      {props.isStale ? (
        <Notice kind="bad">
          <p>{t("paper.errors.wording")}</p>
        </Notice>
      ) : null}
      {upload.done === 0 ? <Preview {...props} /> : <UnderWay {...props} />}
    </ActionShell>
  );
}

function Preview(props: UploadProps) {
  const { t, group, action, read, upload, href, typing } = props;
  const wrong = new Set(read.problems.map(({ no }) => no)).size;
  return (
    <>
      <Notice kind={read.valid.length > 0 ? "info" : "bad"}>
        <p>{t("paper.preview.found", { count: read.valid.length })}</p>
        {wrong > 0 ? <p>{t("paper.preview.wrong", { count: wrong })}</p> : null}
        {upload.ignored.length > 0 ? (
          <p>{t("paper.preview.ignored", { names: upload.ignored.slice(0, 20).join(", ") })}</p>
        ) : null}
        <p>
          {t(upload.isThanked ? "paper.preview.thanked" : "paper.preview.notThanked")}{" "}
          {upload.sheet ? t("paper.sheet.number", { number: upload.sheet }) : ""}
        </p>
      </Notice>
      <Problems {...props} />
      <FirstLines {...props} />
      <ButtonRow>
        {read.valid.length > 0 && typing.isOpen && !props.isStale ? (
          <Form class="inline" action={href}>
            <SubmitButton>{t("paper.preview.take", { count: read.valid.length })}</SubmitButton>
          </Form>
        ) : null}
        <Form class="inline" action={href}>
          <HiddenField name="do" value="discard" />
          <SubmitButton kind="secondary">{t("paper.preview.discard")}</SubmitButton>
        </Form>
        <a href={actionHref(group, action, "/paper")}>{t("paper.typing.title")}</a>
      </ButtonRow>
    </>
  );
}

function Problems({ t, read }: UploadProps) {
  const shown = read.problems.slice(0, PROBLEMS_SHOWN_MAX);
  if (shown.length === 0) return null;
  return (
    <Section title={t("paper.preview.problems")} text={t("paper.preview.problemsText")}>
      <ul>
        {shown.map(({ no, words }) => (
          <li>{t("paper.errors.line", { line: no, problem: words })}</li>
        ))}
      </ul>
      {read.problems.length > shown.length ? (
        <p>{t("paper.preview.more", { count: read.problems.length - shown.length })}</p>
      ) : null}
    </Section>
  );
}

function FirstLines({ t, read, typing }: UploadProps) {
  return (
    <DataTable<TypedRow>
      caption={t("paper.preview.first")}
      rows={read.valid.slice(0, LINES_SHOWN_MAX)}
      empty={null}
      columns={[
        {
          key: "email",
          title: t("public.fields.email"),
          isName: true,
          cell: ({ participation }) => participation.e,
        },
        ...typing.fields.flatMap(({ name }) =>
          name === "email"
            ? []
            : [
                {
                  key: name,
                  title: t(`public.fields.${name}`),
                  cell: ({ participation }: TypedRow) => participation.o[name] ?? "",
                },
              ],
        ),
        {
          key: "consent",
          title: t("paper.typing.agrees"),
          cell: ({ participation }) => t(participation.co === 1 ? "common.form.yes" : "common.form.no"),
        },
      ]}
    />
  );
}

/** Goes on by itself where a script runs; else with each press of the button. */
function UnderWay({ t, locale, read, upload, href, typing }: UploadProps) {
  const total = read.valid.length;
  return (
    <>
      <Progress value={upload.done} max={total} label={t("paper.preview.progress")}>
        {t("paper.preview.far", {
          done: formatNumber(upload.done, locale),
          total: formatNumber(total, locale),
        })}
      </Progress>
      {typing.isOpen ? (
        <Form class="inline" action={href} data={{ continue: "" }}>
          <SubmitButton>{t("paper.preview.continue")}</SubmitButton>
        </Form>
      ) : null}
      <p class="hint">{t("paper.preview.safe")}</p>
    </>
  );
}
