import Papa from "papaparse";
import { cleanLine } from "../platform/clean-text";
import { lengthMax, type Row } from "./rows";
import type { SheetField } from "./types";

/** Lines of one upload. Larger piles come in several files, so that nothing is typed in unseen. */
export const LINES_MAX = 1_000;
/** A thousand long lines in a script of three bytes a letter fit. */
export const UPLOAD_BYTES_MAX = 512 * 1024;

/** What a column may be called; the first name is ours. */
const headings: Record<SheetField["name"] | "consent", readonly string[]> = {
  givenName: ["first name", "given name", "first", "prénom", "prenom", "nombre", "nombre de pila"],
  familyName: [
    ...["last name", "family name", "surname", "last", "nom", "nom de famille"],
    ...["apellido", "apellidos"],
  ],
  email: [
    ...["email", "e-mail", "email address", "mail", "courriel", "adresse courriel", "e mail"],
    ...["correo", "correo electrónico", "correo electronico"],
  ],
  phone: ["phone", "telephone", "mobile", "téléphone", "portable", "teléfono", "telefono", "móvil"],
  street: ["street address", "street", "address", "adresse", "rue", "dirección", "direccion", "calle"],
  locality: ["town or city", "city", "town", "ville", "commune", "ciudad", "localidad"],
  region: ["region", "province", "state", "région", "provincia", "estado", "región"],
  postalCode: [
    ...["postal code", "postcode", "zip", "zip code", "code postal", "código postal", "codigo postal"],
    "cp",
  ],
  country: [],
  consent: ["consent", "opt in", "agrees", "consentement", "accord", "consentimiento", "acepta"],
};

/** What stands in the column of the box where somebody ticked it. */
const TICKED = /^(?:x|✓|✔|1|y|yes|true|o|oui|vrai|s|si|sí|verdadero)$/;

export type Lines =
  | { is: "read"; rows: Row[]; columns: SheetField["name"][]; ignored: string[] }
  | { is: "unreadable"; why: "empty" | "noEmail" | "tooMany" | "broken" };

/** The text of a file: UTF-8, or what spreadsheets on Windows write when it is not. */
export function textOf(bytes: ArrayBuffer): string {
  const start = new Uint8Array(bytes.slice(0, 2));
  if (start[0] === 0xff && start[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/**
 * Reads lines with a heading line, whatever separates their cells; cells copied out of a spreadsheet do too. What a cell
 * holds is text and nothing else: a formula is a strange name, and is written out so that no spreadsheet runs it.
 * @param fields what the sheet asks; other columns are ignored, and told
 */
export function readLines(text: string, fields: readonly SheetField[]): Lines {
  const { data, errors } = Papa.parse<string[]>(text.trim(), { skipEmptyLines: "greedy" });
  if (errors.some(({ type }) => type === "Quotes") || text.includes("\0"))
    return { is: "unreadable", why: "broken" };
  const [first, ...lines] = data;
  if (!first || lines.length === 0) return { is: "unreadable", why: "empty" };
  if (lines.length > LINES_MAX) return { is: "unreadable", why: "tooMany" };
  const places = placesOf(first, fields);
  if (!places.has("email")) return { is: "unreadable", why: "noEmail" };
  const used = new Set(places.values());
  return {
    is: "read",
    rows: lines.map((cells, index) => rowOf(cells, places, index + 2)),
    columns: fields.map(({ name }) => name).filter((name) => places.has(name)),
    ignored: first
      .map((heading) => cleanLine(heading))
      .filter((heading, at) => heading !== "" && !used.has(at)),
  };
}

function placesOf(first: readonly string[], fields: readonly SheetField[]): Map<string, number> {
  const words = first.map((heading) => cleanLine(heading).toLowerCase().replaceAll("_", " "));
  const places = new Map<string, number>();
  for (const name of [...fields.map((field) => field.name), "consent" as const]) {
    const at = words.findIndex((word) => headings[name].includes(word) || word === name.toLowerCase());
    if (at !== -1) places.set(name, at);
  }
  return places;
}

function rowOf(cells: readonly string[], places: ReadonlyMap<string, number>, no: number): Row {
  const values: Record<string, string> = {};
  for (const [name, at] of places) {
    const text = cleanLine(cells[at] ?? "");
    if (name === "consent") values.consent = TICKED.test(text.toLowerCase()) ? "yes" : "";
    // One character too many is kept, so that a long one is refused and not cut.
    else values[name] = text.slice(0, longest(name) + 1);
  }
  return { no, values };
}

const CELL_MAX = 300;

function longest(name: string): number {
  return name === "email" ? lengthMax("email") : CELL_MAX;
}
