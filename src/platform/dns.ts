import { z } from "zod";
import type { Config } from "../env";

export type DnsType = "TXT" | "MX" | "A" | "AAAA";

/** "none": the name has no such record. "failed": nobody knows, since the question was not answered. */
export type DnsAnswer = { is: "found"; values: string[] } | { is: "none" } | { is: "failed" };

const TYPE_NUMBERS: Record<DnsType, number> = { TXT: 16, MX: 15, A: 1, AAAA: 28 };
const NO_ERROR = 0;
const NO_SUCH_NAME = 3;
const TIMEOUT_MS = 5_000;
const REPLY_BYTES_MAX = 65_536;
const VALUES_MAX = 100;

const reply = z.object({
  Status: z.number(),
  Answer: z.array(z.object({ type: z.number(), data: z.string() })).default([]),
});

/**
 * Asks for the records of a name by DNS over HTTPS, in the JSON form that Cloudflare's and Google's resolvers speak. Never throws.
 * @returns a TXT record as its text, an MX record as "10 mail.example.org", an address as it is written; names in lower case and without the dot at their end
 */
export async function lookUp(
  { DNS_RESOLVER }: Pick<Config, "DNS_RESOLVER">,
  name: string,
  type: DnsType,
): Promise<DnsAnswer> {
  const url = new URL(DNS_RESOLVER);
  url.searchParams.set("name", name);
  url.searchParams.set("type", type);
  try {
    const response = await fetch(url, {
      headers: { Accept: "application/dns-json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = response.ok ? await response.text() : "";
    const read = text.length > REPLY_BYTES_MAX ? null : reply.safeParse(JSON.parse(text || "null"));
    if (!read?.success) return { is: "failed" };
    return answerOf(read.data, type);
  } catch {
    return { is: "failed" };
  }
}

function answerOf({ Status, Answer }: z.infer<typeof reply>, type: DnsType): DnsAnswer {
  if (Status === NO_SUCH_NAME) return { is: "none" };
  if (Status !== NO_ERROR) return { is: "failed" };
  const found = Answer.filter((answer) => answer.type === TYPE_NUMBERS[type]);
  // Whoever asks whether all addresses may be called must not be shown some.
  if ((type === "A" || type === "AAAA") && found.length > VALUES_MAX) return { is: "failed" };
  const values = found
    .slice(0, VALUES_MAX)
    .map(({ data }) => (type === "TXT" ? textOf(data) : data.trim().toLowerCase().replace(/\.$/, "")));
  return values.length > 0 ? { is: "found", values } : { is: "none" };
}

/** A TXT record comes as quoted pieces that belong together, a `\` before what would end one. */
function textOf(data: string): string {
  const pieces = [...data.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, piece = ""]) => piece);
  const whole = pieces.length > 0 ? pieces.join("") : data;
  return whole.replace(/\\(\d{3}|.)/g, (_, escaped: string) =>
    escaped.length === 3 ? String.fromCharCode(Number(escaped)) : escaped,
  );
}
