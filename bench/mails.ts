import type { BulkMessage } from "../src/platform/mail/bulk.ts";

const PARAGRAPH =
  "The city counts what flows into the river once a year. We count it every week, at nine places, and write down what we find: " +
  "L’eau n’est pas à vendre, el agua no se vende. ";
const LINK =
  '<a href="https://riverside.example.org/m/KEY/1" style="color:#1a5fb4;text-decoration:underline">Read the figures</a>';
const ROW = `<tr><td style="padding:12px 24px;font:16px/1.5 sans-serif"><p style="margin:0 0 12px">${PARAGRAPH}${LINK}</p></td></tr>`;

/** The n-th of many mails like those that groups send: about 20 kB of HTML in tables, plain text beside it, all differ. */
export function bulkMail(n: number): BulkMessage & { html: string; text: string } {
  const key = `AQIDBAUGBw${String(n).padStart(6, "0")}.c2lnbmF0dXJlLW9mLTE2Yg`;
  return {
    key,
    to: `person${n}@example.org`,
    fromName: "Riverside",
    fromEmail: "riverside@mail.example.org",
    replyTo: "team@riverside.example",
    subject: `Ana ${n}, the river needs you 🌊`,
    html: `<!doctype html><html><body><table width="600">${ROW.repeat(40)}</table></body></html>`.replaceAll(
      "KEY",
      key,
    ),
    text: `Dear Ana ${n},\n\n${`${PARAGRAPH}\n\n`.repeat(20)}`,
    headers: {
      "List-Id": "Riverside <riverside.mail.example.org>",
      "List-Unsubscribe": `<https://riverside.example.org/m/${key}/unsubscribe>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
  };
}
