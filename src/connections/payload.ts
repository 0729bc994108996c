import { AppError } from "../platform/errors";
import { readBody, readForm } from "../platform/forms";
import type { Json } from "./payload-path";
import { PAYLOAD_BYTES_MAX, PAYLOAD_DEPTH_MAX, PAYLOAD_VALUES_MAX } from "./types";

/** What a form tool sent, and the text that tells one delivery from another. */
export type Payload = { json: Json; text: string };

/**
 * Reads a delivery: JSON, or a form. Files of a form are left out.
 * @throws AppError too_large, bad_request, unsupported_media_type
 */
export async function readPayload(request: Request): Promise<Payload> {
  const type = (request.headers.get("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/x-www-form-urlencoded" || type === "multipart/form-data") {
    const { values } = await readForm(request, { bytesMax: PAYLOAD_BYTES_MAX });
    return checked(values);
  }
  // Scripts often say nothing of the type, or "text/plain", which browsers let them send without asking first.
  if (type !== "" && type !== "text/plain" && !/^application\/(?:[\w.-]+\+)?json$/.test(type))
    throw new AppError("unsupported_media_type");
  const bytes = await readBody(request, PAYLOAD_BYTES_MAX);
  return checked(parse(bytes));
}

function parse(bytes: Uint8Array): Json {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    throw new AppError("bad_request", "malformed");
  }
}

function checked(json: Json): Payload {
  if (typeof json !== "object" || json === null) throw new AppError("bad_request", "malformed");
  const open: [Json, number][] = [[json, 1]];
  let values = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const [value, depth] = next;
    values += 1;
    if (values > PAYLOAD_VALUES_MAX || depth > PAYLOAD_DEPTH_MAX)
      throw new AppError("bad_request", "too_deep");
    if (typeof value !== "object" || value === null) continue;
    const inner = Object.values(value);
    // Counted before they are laid on the pile, so that a list of a hundred thousand is none of our work.
    if (values + open.length + inner.length > PAYLOAD_VALUES_MAX * 2)
      throw new AppError("bad_request", "too_deep");
    for (const each of inner) open.push([each, depth + 1]);
  }
  return { json, text: JSON.stringify(json) };
}
