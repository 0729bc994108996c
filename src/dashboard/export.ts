import type { OwnColumn } from "../actions/kind";
import type { Action, Kind } from "../actions/types";
import { standardFields } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import { listSigners, type Signer, type SignerFilter } from "../intake/signers";
import { BYTE_ORDER_MARK, csvLine } from "../platform/csv";
import type { ParticipationId } from "../platform/ids";
import type { T } from "../ui/i18n";

/** Rows read from D1 at a time: small enough that a signature waiting behind them does not notice. */
const PAGE = 500;

/** The signers a filter finds as CSV (RFC 4180), newest first, read page by page as the browser takes them. */
export function signersCsv(
  t: T,
  db: GroupDb,
  { action, kind }: { action: Action; kind: Pick<Kind, "columns"> },
  filter: SignerFilter,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const own = kind.columns?.(action) ?? [];
  let before: ParticipationId | null | undefined;
  return new ReadableStream({
    start: (controller) =>
      controller.enqueue(encoder.encode(BYTE_ORDER_MARK + csvLine(headings(t, action, own)))),
    async pull(controller) {
      if (before === null) return controller.close();
      const page = await listSigners(db, action.no, { filter, limit: PAGE, ...(before ? { before } : {}) });
      controller.enqueue(
        encoder.encode(page.signers.map((signer) => csvLine(cells(t, action, signer, own))).join("")),
      );
      before = page.next;
    },
  });
}

function headings(t: T, action: Action, own: readonly OwnColumn[]): string[] {
  return [
    t("intake.csv.id"),
    t("intake.csv.actedAt"),
    t("intake.csv.email"),
    ...standardFields.map((name) => t(`actions.fields.${name}`)),
    ...action.settings.questions.map(({ label }) => label),
    ...own.map(({ title }) => t(title)),
    t("intake.csv.comment"),
    t("intake.csv.commentStatus"),
    t("intake.csv.source"),
    t("intake.csv.isNew"),
  ];
}

function cells(t: T, action: Action, signer: Signer, own: readonly OwnColumn[]): string[] {
  const { answer } = signer;
  return [
    signer.id,
    new Date(signer.actedAt).toISOString(),
    signer.email,
    ...standardFields.map((name) => answer[name] ?? ""),
    ...action.settings.questions.map(({ key }) => [answer.answers?.[key] ?? []].flat().join("; ")),
    ...own.map(({ value }) => value(t, answer.own ?? {}, action, signer.standing, signer.slots)),
    signer.comment,
    signer.commentStatus === "none" ? "" : t(`intake.comments.${signer.commentStatus}`),
    signer.source,
    t(signer.isNewToList ? "common.form.yes" : "common.form.no"),
  ];
}
