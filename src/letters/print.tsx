import type { Action } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { formatDate } from "../ui/format";
import { translator } from "../ui/i18n";
import type { WrittenLetter } from "./email";
import { type LetterPlace, lettersTo, type TargetLetters } from "./store-lists";
import { readLetters } from "./written";

/** Letters read from D1 at a time, so that somebody who writes meanwhile does not notice. */
const PAGE = 100;

export type Bundle = {
  db: GroupDb;
  group: Group;
  action: Action;
  /** Whose letters: what the writers' organiser calls them, and the key they are stored under. */
  target: Pick<TargetLetters, "target" | "name" | "title" | "office">;
  now: number;
};

/**
 * All letters to one official as a page made for paper: a cover, then each letter on a sheet of its own. The browser prints it
 * or saves it as PDF, in whatever writing the letters are. Read page by page, as fast as the browser takes it.
 */
export function lettersPrint({ db, group, action, target, now }: Bundle): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const { locale } = action;
  let after: LetterPlace | null | undefined = null;
  return new ReadableStream({
    start: (controller) =>
      controller.enqueue(
        encoder.encode(
          `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${String(<title>{`${action.title}: ${target.name}`}</title>)}<link rel="stylesheet" href="/css/print.css"></head><body>${String(<Cover {...{ group, action, target, now }} />)}`,
        ),
      ),
    async pull(controller) {
      if (after === undefined) {
        controller.enqueue(encoder.encode("</body></html>"));
        return controller.close();
      }
      const places = await lettersTo(db, action.no, target.target, { after, limit: PAGE });
      const read = await readLetters(db, action.no, places);
      after = places.length < PAGE ? undefined : places.at(-1);
      controller.enqueue(
        encoder.encode(read.map(({ letter }) => (letter ? String(<Sheet letter={letter} />) : "")).join("")),
      );
    },
  });
}

function Cover({ group, action, target, now }: Omit<Bundle, "db">) {
  const t = translator(action.locale);
  return (
    <header>
      <p dir="auto">{group.name}</p>
      <h1 dir="auto">{action.title}</h1>
      <p dir="auto">
        {t("letters.to")}: <strong>{target.name}</strong>
      </p>
      {[target.title, target.office].map((line) => (line === "" ? null : <p dir="auto">{line}</p>))}
      <p>{formatDate(now, action.locale, group.timeZone)}</p>
      <p>{t("letters.pdf.answers")}</p>
    </header>
  );
}

function Sheet({ letter: { language, subject, body, signature } }: { letter: WrittenLetter }) {
  return (
    <article class="sheet" lang={language}>
      <h2 dir="auto">{subject}</h2>
      {body.split(/\n{2,}/).map((paragraph) => (
        <p class="lines" dir="auto">
          {paragraph}
        </p>
      ))}
      <p class="lines" dir="auto">
        {signature.join("\n")}
      </p>
    </article>
  );
}
