import { expect, test } from "vitest";
import { translator } from "./i18n";
import { Progress } from "./progress";
import { Rich } from "./rich";
import { Sparkline } from "./sparkline";
import { DataTable, Pager } from "./table";
import { When } from "./when";

const html = (node: unknown) => String(node);
const t = translator("en");

test("a phrase keeps its marks for the names given and reads everything else as text", () => {
  const page = html(
    <p>
      <Rich
        text="Read <terms>the terms</terms>, <b>please</b> & sign."
        parts={{ terms: (words) => <a href="/terms">{words}</a> }}
      />
    </p>,
  );
  expect(page).toBe('<p>Read <a href="/terms">the terms</a>, &lt;b&gt;please&lt;/b&gt; &amp; sign.</p>');
});

test("a phrase may mark several parts, and one never closed stays text", () => {
  const parts = { a: (words: string) => <i>{words}</i>, b: (words: string) => <b>{words}</b> };
  expect(html(<Rich text="<a>1</a> <b>2</b> <a>3" parts={parts} />)).toBe("<i>1</i> <b>2</b> &lt;a&gt;3");
});

test("a bar never runs past its end and never divides by nothing", () => {
  expect(
    html(
      <Progress value={12} max={10} label="Signatures">
        12
      </Progress>,
    ),
  ).toContain('<progress value="10" max="10"');
  expect(
    html(
      <Progress value={0} max={0} label="Signatures">
        0
      </Progress>,
    ),
  ).toContain('<progress value="0" max="1"');
});

test("a sparkline draws a bar for each day that had something, however little", () => {
  const page = html(<Sparkline values={[0, 1, 5_000, 0]} label="4 days: 5,001" />);
  expect(page).toContain('role="img" aria-label="4 days: 5,001"');
  const bars = [...page.matchAll(/M[\d.]+ 32v-([\d.]+)/g)].map(([, height]) => Number(height));
  expect(bars).toEqual([2, 31]);
});

test("a sparkline of nothing is a line, not an error", () => {
  expect(html(<Sparkline values={[]} label="none" />)).not.toContain("NaN");
});

const columns = [
  {
    key: "name",
    title: "Title",
    isName: true,
    cell: (row: string) => row,
    sort: { href: "?sort=name", direction: "ascending" as const },
  },
  { key: "length", title: "Length", isNumber: true, cell: (row: string) => String(row.length) },
];

test("a table names itself, its columns, its rows and how it is sorted", () => {
  const page = html(
    <DataTable caption="Actions" columns={columns} rows={["Clean air"]} empty={<p>none</p>} />,
  );
  expect(page).toContain("<caption>Actions</caption>");
  expect(page).toContain('<th scope="col" aria-sort="ascending"><a class="sort" href="?sort=name">');
  expect(page).toContain('<th scope="row">Clean air</th>');
  expect(page).toContain('<td class="number" data-title="Length">9</td>');
});

test("an empty table is its empty state", () => {
  expect(html(<DataTable caption="Actions" columns={columns} rows={[]} empty={<p>none</p>} />)).toBe(
    "<p>none</p>",
  );
});

test("a list of one page has no pager", () => {
  expect(html(<Pager t={t} />)).toBe("");
  expect(html(<Pager t={t} after="?after=9" />)).toContain('<a href="?after=9" rel="next">');
});

test("a moment is said loosely and given exactly", () => {
  const at = Date.parse("2026-03-12T18:02:00Z");
  const page = html(
    <When at={at} now={at + 180_000} locale="en" timeZone="America/Toronto" form="relative" />,
  );
  expect(page).toMatch(
    /^<time datetime="2026-03-12T18:02:00\.000Z" title="Thursday, March 12, 2026 at 2:02.PM EDT">3 minutes ago<\/time>$/,
  );
});
