/** What a text of a quoted-printable part is once encoded, by itself and from the start of a line. */
export type Quoted = {
  bytes: Uint8Array;
  /** Up to the first line break. */
  firstLine: number;
  /** Whether there is one. */
  breaks: boolean;
  /** The column the next character stands in. */
  endColumn: number;
  /** Of the text's own bytes, and how many of them had to be escaped. */
  size: number;
  escaped: number;
};

/** A text that stands alike in every copy of a mailing. It is encoded once, when the first copy is made. */
export class FixedText {
  readonly text: string;
  quoted: Quoted | null = null;

  constructor(text: string) {
    this.text = text;
  }
}

/** A mail's text, whole or in the pieces it is put together from. */
export type MailText = string | readonly (string | FixedText)[];

export function wholeText(text: MailText): string {
  if (typeof text === "string") return text;
  let whole = "";
  for (const piece of text) whole += typeof piece === "string" ? piece : piece.text;
  return whole;
}
