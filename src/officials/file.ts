import Papa from "papaparse";
import { cleanLine } from "../platform/clean-text";
import { normaliseEmail } from "../platform/email-address";
import { normalisePhone } from "../platform/phone";
import { bare } from "./builtin";
import { districtCode } from "./listed";
import { targetKey } from "./official";
import {
  CODE_MAX,
  CODES_MAX,
  LIST_TARGETS_MAX,
  type ListedTarget,
  TARGET_NAME_MAX,
  TARGET_TITLE_MAX,
  targetLanguages,
} from "./types";

/** What a column may be called; the first name is ours. */
const columns = {
  name: ["name", "full name", "nom", "nom complet", "nombre", "nombre completo"],
  first: ["first name", "given name", "prénom", "nombre de pila"],
  last: ["last name", "family name", "surname", "nom de famille", "apellido", "apellidos"],
  title: ["title", "titre", "título", "titulo", "cargo"],
  office: ["office", "organisation", "organization", "fonction", "bureau", "oficina", "organización"],
  districts: ["district codes", "district", "districts", "district code", "circonscription", "distrito"],
  prefixes: [
    ...["postal prefixes", "postal prefix", "postal code", "postal codes", "zip", "zip code", "postcode"],
    ...["code postal", "codes postaux", "código postal", "codigo postal"],
  ],
  email: ["email", "e-mail", "courriel", "correo", "correo electrónico"],
  phone: ["phone", "telephone", "téléphone", "teléfono", "telefono"],
  language: ["language", "langue", "idioma"],
} as const;
type Column = keyof typeof columns;

/** The beginning of a postal code, however people write that it goes on. */
const PREFIX = /^[A-Za-z0-9][A-Za-z0-9 -]{0,11}[*…]?$/;
const PROBLEMS_SHOWN_MAX = 100;

const fileProblems = [
  "noName",
  "nameLong",
  "titleLong",
  "officeLong",
  "email",
  "phone",
  "language",
  "district",
  "prefix",
  "tooManyCodes",
  "unreachable",
  "repeated",
] as const;
export type FileProblem = (typeof fileProblems)[number];

/** Line of the file, from 1 with the headings, and what is wrong there. */
export type LineProblem = { line: number; problem: FileProblem; text: string };

export type TargetFile =
  | { is: "read"; targets: ListedTarget[]; problems: LineProblem[]; problemCount: number; ignored: string[] }
  | { is: "unreadable"; why: "empty" | "noNameColumn" | "tooMany" | "broken" };

/**
 * Reads a list of targets from CSV with a heading line, whatever separates the cells. Lines with a mistake are left out
 * and told; nothing of a file that is no table is taken.
 * @param country whose phone numbers those without a country code are
 */
export async function readTargetFile(bytes: ArrayBuffer, country: string): Promise<TargetFile> {
  const { data, errors } = Papa.parse<string[]>(textOf(bytes), { skipEmptyLines: "greedy" });
  if (errors.some(({ type }) => type === "Quotes")) return { is: "unreadable", why: "broken" };
  const [headings, ...lines] = data;
  if (!headings || lines.length === 0) return { is: "unreadable", why: "empty" };
  if (lines.length > LIST_TARGETS_MAX) return { is: "unreadable", why: "tooMany" };
  const places = placesOf(headings);
  if (places.name === undefined && places.last === undefined)
    return { is: "unreadable", why: "noNameColumn" };
  const targets: ListedTarget[] = [];
  const problems: LineProblem[] = [];
  const seen = new Set<string>();
  for (const [index, cells] of lines.entries()) {
    const read = await readLine((column) => cellOf(cells, places[column]), country);
    const mark = read.target
      ? JSON.stringify([read.target.key, read.target.districts, read.target.prefixes])
      : "";
    if (!read.target) problems.push({ ...read, line: index + 2 });
    else if (seen.has(mark)) problems.push({ problem: "repeated", text: read.target.name, line: index + 2 });
    else targets.push(read.target);
    seen.add(mark);
  }
  const known = new Set(Object.values(places));
  const ignored = headings
    .filter((heading, at) => !known.has(at) && cleanLine(heading) !== "")
    .map(cleanLine);
  return {
    is: "read",
    targets,
    problems: problems.slice(0, PROBLEMS_SHOWN_MAX),
    problemCount: problems.length,
    ignored,
  };
}

/** UTF-8, or what spreadsheets on Windows write when it is not. */
function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function placesOf(headings: readonly string[]): Partial<Record<Column, number>> {
  const words = headings.map((heading) => cleanLine(heading).toLowerCase().replaceAll("_", " "));
  const places: Partial<Record<Column, number>> = {};
  for (const [column, names] of Object.entries(columns)) {
    const at = words.findIndex((word) => new Set<string>(names).has(word));
    if (at !== -1 && isColumn(column)) places[column] = at;
  }
  return places;
}

function isColumn(name: string): name is Column {
  return name in columns;
}

function cellOf(cells: readonly string[], at: number | undefined): string {
  return at === undefined ? "" : cleanLine(cells[at] ?? "");
}

type Line = { target: ListedTarget } | { target: null; problem: FileProblem; text: string };

async function readLine(cell: (column: Column) => string, country: string): Promise<Line> {
  const name = cell("name") || [cell("first"), cell("last")].filter((part) => part !== "").join(" ");
  const emailText = cell("email");
  const phoneText = cell("phone");
  const email = emailText === "" ? "" : normaliseEmail(emailText);
  const phone = phoneText === "" ? "" : normalisePhone(phoneText, country);
  const language = cell("language").toLowerCase().slice(0, 2);
  const districts = codesOf(cell("districts")).map(districtCode);
  const prefixes = codesOf(cell("prefixes"));
  const wrong = (problem: FileProblem, text: string): Line => ({
    target: null,
    problem,
    text: text.slice(0, 80),
  });
  if (name === "") return wrong("noName", emailText);
  if (name.length > TARGET_NAME_MAX) return wrong("nameLong", name);
  if (cell("title").length > TARGET_TITLE_MAX) return wrong("titleLong", cell("title"));
  if (cell("office").length > TARGET_TITLE_MAX) return wrong("officeLong", cell("office"));
  if (email === null) return wrong("email", emailText);
  if (phone === null) return wrong("phone", phoneText);
  const spoken = language === "" ? "" : targetLanguages.find((known) => known === language);
  if (spoken === undefined) return wrong("language", cell("language"));
  if (districts.length > CODES_MAX || prefixes.length > CODES_MAX) return wrong("tooManyCodes", name);
  const district = districts.find((code) => code.length > CODE_MAX);
  if (district) return wrong("district", district);
  const prefix = prefixes.find((code) => !PREFIX.test(code));
  if (prefix) return wrong("prefix", prefix);
  if (email === "" && phone === "") return wrong("unreachable", name);
  const person = { name, title: cell("title"), office: cell("office"), email, phone };
  const key = await targetKey(person);
  return { target: { ...person, key, language: spoken, form: "", districts, prefixes: prefixes.map(bare) } };
}

/** Several codes in one cell are parted by commas, semicolons or bars; a code may hold a space. */
function codesOf(cell: string): string[] {
  const codes = cell.split(/[,;|]/).map((code) => code.trim());
  return [...new Set(codes.filter((code) => code !== ""))];
}
