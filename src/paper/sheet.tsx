import { summaryOf } from "../actions/page-frame";
import { isWebAddress, Leave } from "../groups/public";
import { type T, translator } from "../ui/i18n";
import { accentOf, Masthead, shortened } from "./flyer";
import { Band, PaperDocument, type PaperFrame, spoken } from "./paper-document";
import { type PaperSize, type SheetField, type Subject, sheetFields } from "./types";

/** What of a long ask stands on a sheet; below it is said where all of it is. */
const ASK_MAX = 700;

type SheetProps = PaperFrame &
  Subject & {
    origin: string;
    url: string;
    /** The number of each sheet; as many are printed. */
    numbers: readonly string[];
  };

/** Sheets to sign on, each whole by itself: a sheet that is parted from the others says what was signed. */
export function SheetPage(props: SheetProps) {
  const { snapshot, numbers } = props;
  const { action } = snapshot;
  return (
    <PaperDocument {...props} title={action.title} language={action.locale} shape="sheet">
      {numbers.map((number) => (
        <Sheet {...props} number={number} />
      ))}
    </PaperDocument>
  );
}

function Sheet(props: SheetProps & { number: string }) {
  const { kind, snapshot, number, size, url } = props;
  const { action, group } = snapshot;
  const t = translator(action.locale);
  const { facts, ask } = kind.onPaper?.(t, snapshot) ?? { facts: [], ask: "" };
  const shown = shortened(ask || summaryOf({ t, snapshot }), ASK_MAX);
  const fields = sheetFields(action.settings);
  const about = facts.join(" · ");
  const agree = t("paper.sheet.tick");
  return (
    <article class="page" aria-label={t("paper.sheet.number", { number })}>
      <Band accent={accentOf(group.settings.accent)} />
      <header>
        <Masthead {...props} />
        <p class="number">{t("paper.sheet.number", { number })}</p>
      </header>
      <h1 dir="auto">{action.title}</h1>
      {about ? <p dir="auto">{about}</p> : null}
      <p class="ask" dir="auto">
        {shown}
      </p>
      <p class="agree">
        {agree} <q dir="auto">{snapshot.consentText}</q>
      </p>
      {/* On a phone the table is wider than the screen, and whoever has no mouse moves it by the keyboard. */}
      <section class="rows" aria-label={t("paper.sheet.table", { number })} tabindex={0}>
        <Rows
          t={t}
          fields={fields}
          count={rowsThatFit(size, action.title, [about, shown, agree + snapshot.consentText])}
        />
      </section>
      <p class="fine">
        {t("paper.sheet.privacy", { group: group.name })} <Leave t={t} group={group} />{" "}
        {isWebAddress(group.settings.privacyUrl) ? `${spoken(group.settings.privacyUrl)} · ` : ""}
        {t("paper.sheet.online", { address: spoken(url) })}
      </p>
    </article>
  );
}

/** How many rows to write in are left on a page below the words, paragraph by paragraph. */
function rowsThatFit(size: PaperSize, title: string, paragraphs: readonly string[]): number {
  const lines = paragraphs.reduce((sum, { length }) => sum + Math.ceil(length / CHARACTERS_A_LINE), 0);
  const titleLines = Math.ceil(title.length / TITLE_CHARACTERS_A_LINE);
  const left = HEIGHT_MM[size] - titleLines * TITLE_LINE_MM - lines * LINE_MM;
  return Math.max(Math.floor(left / ROW_MM), ROWS_MIN);
}

/** What is left of a page beside band, masthead, heading row and the lines below the table; see public/css/sheets.css. */
const HEIGHT_MM: Record<PaperSize, number> = { a4: 133, letter: 139 };
/** As the widest usual font sets them on the narrower paper. */
const CHARACTERS_A_LINE = 118;
const LINE_MM = 5.3;
const TITLE_CHARACTERS_A_LINE = 70;
const TITLE_LINE_MM = 6.3;
const ROW_MM = 10;
const ROWS_MIN = 4;

function Rows({ t, fields, count }: { t: T; fields: readonly SheetField[]; count: number }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col" class="nth">
            #
          </th>
          {fields.map(({ name, isRequired }) => (
            <th scope="col" class={`of-${name}`}>
              {t(`public.fields.${name}`)}
              {isRequired ? " *" : ""}
            </th>
          ))}
          <th scope="col" class="tick">
            {t("paper.sheet.yes")}
          </th>
          <th scope="col" class="signature">
            {t("paper.sheet.signature")}
          </th>
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: count }, (_, index) => (
          <tr>
            <th scope="row" class="nth">
              {index + 1}
            </th>
            {fields.map(() => (
              <td />
            ))}
            <td class="tick">
              <span class="box" />
            </td>
            <td />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
