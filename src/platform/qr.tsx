import { encode } from "uqr";
import { bitmapPng } from "./png";

/** White modules around a code, as ISO/IEC 18004 §9.1 wants them. */
const QUIET_ZONE = 4;
/** A code on paper is still read with a quarter of it lost: folded, rained on, or printed by a tired printer. */
const PRINTED = { ecc: "Q", border: QUIET_ZONE } as const;
/** A PNG is at least this wide, so that it stays sharp on a poster: 10 cm at 300 dots an inch. */
const PNG_DOTS_MIN = 1_200;
const PNG_DOTS_PER_INCH = 300;

/** A QR code for print, black on white with its quiet zone, as an SVG that grows to any size. */
export function printedQrSvg(text: string, title: string): string {
  const { data, size } = encode(text, PRINTED);
  return String(
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${size} ${size}`}
      shape-rendering="crispEdges"
      role="img"
      aria-label={title}
    >
      <title>{title}</title>
      <path fill="#fff" d={`M0 0h${size}v${size}H0z`} />
      <path d={runsOf(data)} />
    </svg>,
  );
}

/** Black modules side by side as one box each: far shorter than a box a module. */
function runsOf(data: readonly (readonly boolean[])[]): string {
  return data
    .flatMap((row, y) =>
      row.map((isBlack, x) => {
        if (!isBlack || row[x - 1]) return "";
        const end = row.indexOf(false, x);
        return `M${x} ${y}h${(end === -1 ? row.length : end) - x}v1H${x}z`;
      }),
    )
    .join("");
}

/** The same as a PNG, for programs that take no SVG. */
export function printedQrPng(text: string): Promise<Uint8Array> {
  const { data, size } = encode(text, PRINTED);
  return bitmapPng(data, { dots: Math.ceil(PNG_DOTS_MIN / size), dotsPerInch: PNG_DOTS_PER_INCH });
}
