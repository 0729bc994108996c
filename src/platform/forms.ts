import type { z } from "zod";
import { AppError } from "./errors";

export type FormValues = Record<string, string | string[]>;
export type PostedForm = { values: FormValues; files: Record<string, File> };

/** More fields than any of our forms has; a form with more is an attack on the parser. */
const FIELDS_MAX = 1_500;

/**
 * The posted form, urlencoded or multipart. A field sent once is a string, a field sent several times an array.
 * @throws AppError too_large past `bytesMax`, unsupported_media_type for another content type, bad_request for bytes
 * that are not UTF-8 or a body that does not parse.
 */
export async function readForm(request: Request, options: { bytesMax: number }): Promise<PostedForm> {
  const type = (request.headers.get("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded" && type !== "multipart/form-data") {
    throw new AppError("unsupported_media_type");
  }
  const body = await readBody(request, options.bytesMax);
  if (type === "application/x-www-form-urlencoded") return { values: parseUrlencoded(body), files: {} };
  return parseMultipart(body, request.headers.get("Content-Type") ?? "");
}

/** The body, read no further than `bytesMax`, whatever Content-Length claims. */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array> {
  const claimed = request.headers.get("Content-Length");
  if (Number(claimed ?? 0) > bytesMax) throw new AppError("too_large");
  if (!request.body) return new Uint8Array();
  // A message ends where its Content-Length says (RFC 9112 §6.3), and one read costs less than many.
  return claimed === null ? readChunks(request.body, bytesMax) : readWhole(request, bytesMax);
}

async function readWhole(request: Request, bytesMax: number): Promise<Uint8Array> {
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.byteLength > bytesMax) throw new AppError("too_large");
  return body;
}

async function readChunks(body: ReadableStream<Uint8Array>, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > bytesMax) throw new AppError("too_large");
    chunks.push(chunk);
  }
  const [only] = chunks;
  if (only && chunks.length === 1) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

function decodeText(body: Uint8Array): string {
  try {
    return strictUtf8.decode(body);
  } catch {
    throw new AppError("bad_request", "not_utf8");
  }
}

function parseUrlencoded(body: Uint8Array): FormValues {
  const text = decodeText(body);
  const values: FormValues = Object.create(null);
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1;
    if (count > FIELDS_MAX) throw new AppError("too_large");
    // URLSearchParams turns bytes that are not UTF-8 into U+FFFD; a person cannot type that.
    if (value.includes("\uFFFD")) throw new AppError("bad_request", "not_utf8");
    addValue(values, name, value);
  }
  return values;
}

async function parseMultipart(body: Uint8Array, contentType: string): Promise<PostedForm> {
  const values: FormValues = Object.create(null);
  const files: Record<string, File> = Object.create(null);
  let count = 0;
  let form: FormData;
  try {
    form = await new Response(body, { headers: { "Content-Type": contentType } }).formData();
  } catch {
    throw new AppError("bad_request", "malformed_form");
  }
  for (const [name, value] of form) {
    count += 1;
    if (count > FIELDS_MAX) throw new AppError("too_large");
    if (typeof value !== "string") {
      if (value.size > 0) files[name] = value;
    } else if (value.includes("\uFFFD")) throw new AppError("bad_request", "not_utf8");
    else addValue(values, name, value);
  }
  return { values, files };
}

function addValue(values: FormValues, name: string, value: string): void {
  const earlier = values[name];
  // A browser sends line breaks as CRLF; one form of them keeps lengths honest.
  const text = value.replaceAll("\r\n", "\n");
  if (earlier === undefined) values[name] = text;
  else if (Array.isArray(earlier)) earlier.push(text);
  else values[name] = [earlier, text];
}

/** The one value of a field; "" when it is absent or was sent several times. */
export function single(values: FormValues, name: string): string {
  const value = values[name];
  return typeof value === "string" ? value : "";
}

/** Every value of a field that may be sent several times. */
export function several(values: FormValues, name: string): string[] {
  const value = values[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** The first problem of each field, by the field's name; the words are the schema's messages. */
export function fieldErrors(error: z.ZodError): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const issue of error.issues) {
    const field = issue.path.join(".");
    errors[field] ??= issue.message;
  }
  return errors;
}
