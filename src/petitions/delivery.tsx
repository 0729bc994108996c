import type { Action } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { listSigners, type Signer, type SignerFilter } from "../intake/signers";
import { BYTE_ORDER_MARK, csvLine } from "../platform/csv";
import type { ParticipationId } from "../platform/ids";
import { formatDate, formatNumber } from "../ui/format";
import type { T } from "../ui/i18n";
import { petitionSettings } from "./types";

/** Rows read from D1 at a time, so that a signature waiting behind them does not notice. */
const PAGE = 500;

export type Delivery = {
  t: T;
  db: GroupDb;
  group: Group;
  action: Action;
  filter: SignerFilter;
  /** How many the filter found when it was asked for. */
  count: number;
  now: number;
  withPostalCode: boolean;
  withComments: boolean;
  /** Names the district of each, where that was asked for. */
  districtOf: ((signer: Signer) => Promise<string>) | null;
};

/** The signatures as CSV (RFC 4180): names and places, never an address by which somebody could be written to. */
export function deliveryCsv(delivery: Delivery): ReadableStream<Uint8Array> {
  const { t } = delivery;
  const headings = [t("petitions.delivery.name"), ...columnsOf(delivery).map(({ title }) => title)];
  return streamed(delivery, {
    head: BYTE_ORDER_MARK + csvLine(headings),
    page: async (signers) => {
      const rows = await rowsOf(delivery, signers);
      return rows.map((row) => csvLine(row)).join("");
    },
    foot: "",
  });
}

/** The same as a page made for paper: the petition's text, then everybody, numbered. The browser prints it or saves it as PDF. */
export function deliveryPrint(delivery: Delivery): ReadableStream<Uint8Array> {
  const { t, action, group, count, now } = delivery;
  const { targets, ask } = petitionSettings.parse(action.settings);
  const columns = columnsOf(delivery);
  let nth = 0;
  return streamed(delivery, {
    head: `<!doctype html><html lang="${action.locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${String(<title>{action.title}</title>)}<link rel="stylesheet" href="/css/print.css"></head><body>${String(
      <header>
        <p>{group.name}</p>
        <h1 dir="auto">{action.title}</h1>
        {targets.map(({ name, title }) => (
          <p dir="auto">
            {t("petitions.to")}: <strong>{name}</strong> {title}
          </p>
        ))}
        {ask.split(/\n\s*\n/).map((paragraph) => (
          <p class="ask" dir="auto">
            {paragraph}
          </p>
        ))}
        <p>
          {t("petitions.delivery.total", { count, n: formatNumber(count, action.locale) })}
          {" · "}
          {formatDate(now, action.locale, group.timeZone)}
        </p>
      </header>,
    )}<table><thead>${String(
      <tr>
        <th>#</th>
        <th>{t("petitions.delivery.name")}</th>
        {columns.map(({ title }) => (
          <th>{title}</th>
        ))}
      </tr>,
    )}</thead><tbody>`,
    page: async (signers) => {
      const rows = await rowsOf(delivery, signers);
      return rows
        .map((row) => {
          nth += 1;
          return String(
            <tr>
              <td>{formatNumber(nth, action.locale)}</td>
              {row.map((value) => (
                <td dir="auto">{value}</td>
              ))}
            </tr>,
          );
        })
        .join("");
    },
    foot: "</tbody></table></body></html>",
  });
}

/** Name first, then what was asked for. */
function rowsOf(delivery: Delivery, signers: readonly Signer[]): Promise<string[][]> {
  const columns = columnsOf(delivery);
  return Promise.all(
    signers.map(async (signer) => [
      nameOf(signer),
      ...(await Promise.all(columns.map(({ value }) => value(signer)))),
    ]),
  );
}

function columnsOf({ t, withPostalCode, withComments, districtOf }: Delivery) {
  const columns: { title: string; value(signer: Signer): string | Promise<string> }[] = [
    { title: t("public.fields.locality"), value: ({ answer }) => answer.locality ?? "" },
    { title: t("public.fields.region"), value: ({ answer }) => answer.region ?? "" },
    { title: t("public.fields.country"), value: ({ answer }) => answer.country ?? "" },
  ];
  if (withPostalCode)
    columns.push({ title: t("public.fields.postalCode"), value: ({ answer }) => answer.postalCode ?? "" });
  if (districtOf) columns.push({ title: t("petitions.delivery.district"), value: districtOf });
  if (withComments)
    columns.push({
      title: t("petitions.delivery.comment"),
      value: commentOf,
    });
  return columns;
}

export function nameOf({ answer }: Signer): string {
  return [answer.givenName, answer.familyName].filter((part) => part).join(" ");
}

/** A comment that was hidden from the page is not handed over either. */
export function commentOf({ comment, commentStatus }: Signer): string {
  return commentStatus === "hidden" ? "" : comment;
}

type Parts = { head: string; page(signers: readonly Signer[]): Promise<string>; foot: string };

/** Reads page by page, as fast as the browser takes it. */
function streamed({ db, action, filter }: Delivery, { head, page, foot }: Parts): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let before: ParticipationId | null | undefined;
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(head)),
    async pull(controller) {
      if (before === null) {
        if (foot) controller.enqueue(encoder.encode(foot));
        return controller.close();
      }
      const found = await listSigners(db, action.no, { filter, limit: PAGE, ...(before ? { before } : {}) });
      controller.enqueue(encoder.encode(await page(found.signers)));
      before = found.next;
    },
  });
}
