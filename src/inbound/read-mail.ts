import { convert } from "html-to-text";
import PostalMime, { type Attachment } from "postal-mime";
import { HEADERS_BYTES_MAX, LINES_MAX, NESTING_MAX, TEXT_MAX } from "./types";

/** A mail as far as it is looked at. Nothing in it is to be believed. */
export type ReadMail = {
  /** By their small names; of several of a name, each. */
  headers: Map<string, string[]>;
  fromEmail: string;
  fromName: string;
  subject: string;
  /** What a person reads, of plain text or of HTML. */
  text: string;
  /** Parts that are about a mail: reports and the mail that came back. */
  reports: { type: string; text: string }[];
  fileCount: number;
  /** Everything as it came, a character a byte, for what can be found without understanding the mail. */
  raw: string;
  /** False: it is no mail as anybody writes it, and only `headers`, `text` and `raw` hold what could be found. */
  isWhole: boolean;
};

const REPORT_TYPES =
  /^(message\/(delivery-status|feedback-report|rfc822|global|global-delivery-status|global-headers)|text\/rfc822-headers)$/;
const REPORTS_MAX = 20;
const HTML_DEPTH_MAX = 60;

/** Reads the beginning of a mail. Never throws: of what cannot be parsed the headers and the text are found by eye. */
export async function readMail(whole: Uint8Array): Promise<ReadMail> {
  const bytes = firstLines(whole);
  const raw = new TextDecoder("latin1").decode(bytes);
  try {
    const email = await PostalMime.parse(bytes, {
      forceRfc822Attachments: true,
      maxNestingDepth: NESTING_MAX,
      maxHeadersSize: HEADERS_BYTES_MAX,
    });
    const headers = grouped(email.headers.map(({ key, value }) => [key, value]));
    return {
      headers,
      fromEmail: (email.from?.address ?? "").slice(0, 320),
      fromName: email.from?.name ?? "",
      subject: email.subject ?? "",
      text: email.text ? email.text.slice(0, TEXT_MAX) : plainOf(email.html ?? ""),
      reports: email.attachments
        .filter(({ mimeType }) => REPORT_TYPES.test(mimeType))
        .slice(0, REPORTS_MAX)
        .map((part) => ({ type: part.mimeType, text: contentOf(part) })),
      fileCount: email.attachments.filter(({ mimeType }) => !REPORT_TYPES.test(mimeType)).length,
      raw,
      isWhole: true,
    };
  } catch {
    return byEye(raw);
  }
}

const NEWLINE = 10;

/** The parser's work is by the line, so that a mail of nothing but line ends would be its worst. */
function firstLines(bytes: Uint8Array): Uint8Array {
  let end = -1;
  for (let line = 0; line < LINES_MAX; line += 1) {
    end = bytes.indexOf(NEWLINE, end + 1);
    if (end < 0) return bytes;
  }
  return bytes.subarray(0, end + 1);
}

function byEye(raw: string): ReadMail {
  const end = /\r?\n\r?\n/.exec(raw)?.index ?? raw.length;
  const headers = headersIn(raw.slice(0, Math.min(end, HEADERS_BYTES_MAX)));
  const from = headers.get("from")?.[0] ?? "";
  return {
    headers,
    fromEmail: /[^\s<>"]{1,200}@[^\s<>"]{1,200}/.exec(from.slice(0, 1_000))?.[0] ?? "",
    fromName: "",
    subject: headers.get("subject")?.[0] ?? "",
    text: raw.slice(end, end + TEXT_MAX),
    reports: [],
    fileCount: 0,
    raw,
    isWhole: false,
  };
}

/** The header lines of a block, folded ones joined (RFC 5322 §2.2.3): of a whole mail, or of a part of a report. */
export function headersIn(block: string): Map<string, string[]> {
  const lines = block.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  return grouped(
    lines.flatMap((line): [string, string][] => {
      const [, name = "", value = ""] = /^([!-9;-~]{1,80}):\s*(.*)$/.exec(line) ?? [];
      return name === "" ? [] : [[name.toLowerCase(), value]];
    }),
  );
}

function grouped(pairs: [string, string][]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const values = headers.get(name);
    if (values) values.push(value);
    else headers.set(name, [value]);
  }
  return headers;
}

function contentOf({ content }: Attachment): string {
  if (typeof content === "string") return content.slice(0, TEXT_MAX);
  const bytes = new Uint8Array(content);
  return new TextDecoder().decode(bytes.subarray(0, TEXT_MAX));
}

function plainOf(html: string): string {
  if (html === "") return "";
  try {
    return convert(html.slice(0, TEXT_MAX), {
      wordwrap: false,
      limits: { maxDepth: HTML_DEPTH_MAX, maxInputLength: TEXT_MAX },
      selectors: [
        { selector: "a", options: { ignoreHref: true } },
        { selector: "img", format: "skip" },
      ],
    });
  } catch {
    return html.slice(0, TEXT_MAX).replace(/<[^>]{0,1000}>/g, " ");
  }
}
