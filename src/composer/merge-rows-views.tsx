/** Of a cell so much is shown in a preview. */
const CELL_SHOWN_MAX = 80;

/** Rows as they stand in a file, in a frame that is scrolled where they are wider than the page. */
export function MergeRowsTable({
  caption,
  headings,
  rows,
}: {
  caption: string;
  headings: readonly string[];
  rows: readonly (readonly string[])[];
}) {
  return (
    <section class="mail-merge-rows" tabindex={0} aria-label={caption}>
      <table class="table">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {headings.map((heading) => (
              <th scope="col" dir="auto">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>
              {headings.map((_, index) => (
                <td dir="auto">{shortened(cells[index] ?? "")}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function shortened(text: string): string {
  return text.length <= CELL_SHOWN_MAX ? text : `${text.slice(0, CELL_SHOWN_MAX).toWellFormed()}…`;
}
