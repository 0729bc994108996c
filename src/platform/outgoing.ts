export type Posted =
  | { is: "answered"; status: number; text: string; tookMs: number }
  /** timeout: no whole answer in time. unreachable: no connection, or one that broke. */
  | { is: "timeout" | "unreachable"; tookMs: number };

/**
 * Posts a text to somebody else's server. Follows no redirect, sends no cookies, and reads only the beginning of the answer; never throws.
 * Whether the address may be called at all is for the caller to find out before.
 */
export async function postOut(
  url: string,
  body: string,
  { headers, timeoutMs, bytesMax }: { headers: Record<string, string>; timeoutMs: number; bytesMax: number },
): Promise<Posted> {
  const began = Date.now();
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    const text = await beginningOf(response, bytesMax);
    return { is: "answered", status: response.status, text, tookMs: Date.now() - began };
  } catch {
    return { is: signal.aborted ? "timeout" : "unreachable", tookMs: Date.now() - began };
  }
}

async function beginningOf({ body }: Response, bytesMax: number): Promise<string> {
  if (!body) return "";
  const reader = body.getReader();
  const bytes = new Uint8Array(bytesMax);
  let filled = 0;
  while (filled < bytesMax) {
    const { done, value } = await reader.read();
    if (done) break;
    const fits = value.subarray(0, bytesMax - filled);
    bytes.set(fits, filled);
    filled += fits.length;
  }
  await reader.cancel();
  return new TextDecoder().decode(bytes.subarray(0, filled));
}
