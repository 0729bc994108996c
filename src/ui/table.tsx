import type { Child } from "hono/jsx";
import { ButtonLink } from "./form";
import type { T } from "./i18n";
import { Icon } from "./icon";

export type Sort = { href: string; direction: "ascending" | "descending" | "none" };

export type Column<Row> = {
  key: string;
  title: string;
  cell(row: Row): Child;
  /** Numbers line up at the end of the cell, in tabular figures. */
  isNumber?: boolean;
  /** The cell that names the row: a header for screen readers, the title of the card on a phone. Exactly one. */
  isName?: boolean;
  /** Where a click on the heading leads, and how the list is sorted now. */
  sort?: Sort;
};

type DataTableProps<Row> = {
  caption: Child;
  isCaptionHidden?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  /** Shown instead of an empty table. */
  empty: Child;
};

/** A dense list of rows; below 40rem each row becomes a small card with its headings. */
export function DataTable<Row>({ caption, isCaptionHidden, columns, rows, empty }: DataTableProps<Row>) {
  if (rows.length === 0) return empty;
  return (
    <div class="table-frame">
      <table class="table table-cards">
        <caption class={isCaptionHidden ? "visually-hidden" : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell title={column.title} isNumber={column.isNumber} sort={column.sort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map((column) => (
                <BodyCell column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HeaderCell({ title, isNumber, sort }: { title: string; isNumber?: boolean; sort?: Sort }) {
  const className = isNumber ? "number" : undefined;
  if (!sort) {
    return (
      <th scope="col" class={className}>
        {title}
      </th>
    );
  }
  return (
    <th scope="col" class={className} aria-sort={sort.direction}>
      <a class="sort" href={sort.href}>
        {title}
        {sort.direction === "none" ? null : (
          <span class="sort-mark" aria-hidden="true">
            {sort.direction === "ascending" ? "▲" : "▼"}
          </span>
        )}
      </a>
    </th>
  );
}

function BodyCell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const className = column.isNumber ? "number" : undefined;
  return column.isName ? (
    <th scope="row" class={className}>
      {column.cell(row)}
    </th>
  ) : (
    <td class={className} data-title={column.title}>
      {column.cell(row)}
    </td>
  );
}

/** The way to the rows before and after; a page is named by its first row, so there are no numbers. */
export function Pager({ t, before, after }: { t: T; before?: string; after?: string }) {
  if (!before && !after) return null;
  return (
    <nav class="pager" aria-label={t("common.pager.label")}>
      {before ? (
        <a href={before} rel="prev">
          <Icon name="back" />
          {t("common.pager.before")}
        </a>
      ) : (
        <span />
      )}
      {after ? (
        <a href={after} rel="next">
          {t("common.pager.after")}
          <Icon name="forward" />
        </a>
      ) : null}
    </nav>
  );
}

/** An empty list that teaches: one sentence and one button. */
export function EmptyState(props: { title: string; text: string; action?: { href: string; label: string } }) {
  return (
    <div class="empty">
      <p class="empty-title">{props.title}</p>
      <p>{props.text}</p>
      {props.action ? <ButtonLink href={props.action.href}>{props.action.label}</ButtonLink> : null}
    </div>
  );
}
