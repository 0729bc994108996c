import type { z } from "zod";
import { isRecord } from "./hal";
import { ApiError } from "./problem";
import type { ApiContext } from "./web";

/** A letter's text with its targets stays far below; so does everything a client has reason to send. */
export const BODY_BYTES_MAX = 512 * 1024;
const DEPTH_MAX = 20;

/**
 * The JSON object of a request, whatever content type it says (osdi-api.md §1.1); `{}` when nothing was sent. Refuses with 400 what
 * is no JSON object, with 413 what is too long.
 */
export async function readBody(c: ApiContext): Promise<Record<string, unknown>> {
  const text = await readText(c.req.raw);
  if (text.trim() === "") return {};
  const value = parsed(text);
  if (!isRecord(value)) throw new ApiError(400, "The body must be a JSON object");
  if (isDeeper(value, DEPTH_MAX)) throw new ApiError(400, `The body has more than ${DEPTH_MAX} levels`);
  return value;
}

/** The text of a request's body, as far as it may be. */
export async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get("Content-Length") ?? 0) > BODY_BYTES_MAX) throw tooLong();
  if (!request.body) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) throw tooLong();
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(whole);
  } catch {
    throw new ApiError(400, "The body is not UTF-8");
  }
}

function tooLong(): ApiError {
  return new ApiError(413, `The body has more than ${BODY_BYTES_MAX / 1024} kB`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, "The body is not valid JSON");
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/**
 * What a schema makes of a body; unknown keys are thrown away by it. Refuses with 400, which names the first field that is wrong and
 * says why.
 */
export function checked<S extends z.ZodType>(schema: S, body: unknown): z.infer<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.map(String).join(".") ?? "";
  throw new ApiError(400, path === "" ? (issue?.message ?? "invalid") : `${path}: ${issue?.message}`);
}
