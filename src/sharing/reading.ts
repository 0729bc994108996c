import { cleanLine, cleanText } from "../platform/clean-text";
import { type FormValues, single } from "../platform/forms";
import { type ShareSettings, VARIANTS_MAX, variantLetters } from "./types";

type Row = { letter: string; label: string; title: string; text: string };

const own = ["whatsapp", "facebook", "bluesky", "x", "emailSubject", "emailBody"] as const;

/** The settings as the fields of the editor. */
export function shareFields(share: ShareSettings): FormValues {
  return withRows(
    {
      "share.title": share.title,
      "share.text": share.text,
      ...Object.fromEntries(own.map((name) => [`share.networks.${name}`, share.networks[name]])),
      "share.links": share.links,
      "share.lettersUsed": String(share.lettersUsed),
    },
    share.variants,
  );
}

/** What was posted over the settings there are; unchecked. A field that was not sent keeps its value. */
export function readShare(now: ShareSettings, form: FormValues): Record<string, unknown> {
  const line = (name: string, current: string) => (name in form ? cleanLine(single(form, name)) : current);
  const text = (name: string, current: string) => (name in form ? cleanText(single(form, name)) : current);
  const rows = "share.variants.count" in form ? shareRows(form) : null;
  const variants = rows ? rows.map((row, at) => variantFrom(now, row, form, at)) : now.variants;
  const highest = Math.max(now.lettersUsed, ...(rows ?? []).map(({ letter }) => placeOf(letter) + 1));
  const winner = line("share.winner", now.winner);
  return {
    title: line("share.title", now.title),
    text: text("share.text", now.text),
    networks: Object.fromEntries(
      own.map((name) => {
        const read = name === "emailSubject" ? line : text;
        return [name, read(`share.networks.${name}`, now.networks[name])];
      }),
    ),
    variants,
    lettersUsed: highest,
    split: line("share.split", now.split),
    // A winner that was taken out has won nothing.
    winner: variants.some(({ letter }) => letter === winner) ? winner : "",
    links: line("share.links", now.links),
  };
}

/** Pictures come as files; a form can only keep the one there is, or give it up. */
function variantFrom(now: ShareSettings, row: Row, form: FormValues, at: number) {
  const isKept = single(form, `share.variants.${at}.noImage`) === "";
  const image = now.variants.find(({ letter }) => letter === row.letter)?.image ?? null;
  const { letter, label, title, text } = row;
  return {
    letter,
    label: cleanLine(label),
    title: cleanLine(title),
    text: cleanText(text),
    image: isKept ? image : null,
  };
}

/** The variants as they stand in a form. One too many is kept, so that it can be refused. */
export function shareRows(form: FormValues): Row[] {
  const count = Number(single(form, "share.variants.count"));
  const rows = Number.isInteger(count) && count > 0 ? Math.min(count, VARIANTS_MAX + 1) : 0;
  return Array.from({ length: rows }, (_, at) => {
    const field = (name: string) => single(form, `share.variants.${at}.${name}`);
    return { letter: field("letter"), label: field("label"), title: field("title"), text: field("text") };
  });
}

/** The form after "add a variant" or "remove" was pressed; null for any other button. */
export function pressShare(button: string, form: FormValues): FormValues | null {
  const rows = shareRows(form);
  if (button === "add-share-variant") {
    const used = Number(single(form, "share.lettersUsed"));
    const next = Math.max(
      Number.isInteger(used) ? used : 0,
      ...rows.map(({ letter }) => placeOf(letter) + 1),
    );
    const letter = variantLetters[next];
    if (letter === undefined || rows.length >= VARIANTS_MAX) return form;
    return withRows(form, [...rows, { letter, label: "", title: "", text: "" }]);
  }
  const [, removed] = /^remove-share-variant:(\d)$/.exec(button) ?? [];
  if (removed === undefined) return null;
  return withRows(
    form,
    rows.filter((_, at) => at !== Number(removed)),
  );
}

/** A letter's place in the alphabet; -1 for none. */
function placeOf(letter: string): number {
  return letter.length === 1 ? variantLetters.indexOf(letter) : -1;
}

function withRows(form: FormValues, rows: readonly Row[]): FormValues {
  const others = Object.entries(form).filter(([name]) => !name.startsWith("share.variants."));
  const fields = rows.flatMap(({ letter, label, title, text }, at): [string, string][] =>
    Object.entries({ letter, label, title, text }).map(([name, value]) => [
      `share.variants.${at}.${name}`,
      value,
    ]),
  );
  return Object.fromEntries([...others, ...fields, ["share.variants.count", String(rows.length)]]);
}

/** The files of the form that are pictures of variants, by letter. */
export function shareFiles(form: FormValues, files: Record<string, File>): { at: number; file: File }[] {
  return shareRows(form).flatMap((_, at) => {
    const file = files[`share.variants.${at}.picture`];
    return file && file.size > 0 ? [{ at, file }] : [];
  });
}
