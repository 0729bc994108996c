/** What the server says to the editor: words in the reader's language, and what there is to choose from. */
export type Setup = {
  words: Record<string, string>;
  fields: { name: string; label: string }[];
  /** `act` is what their button says. */
  actions: { no: number; title: string; kind: string; act: string; isFundraiser: boolean }[];
  snippets: string[];
  networks: { name: string; label: string }[];
  /** Of the group's pages, whose pictures may be shown here. */
  origin: string;
  /** Where a picture is sent to; with `.json` behind it, where those of the library are asked for. */
  pictures: string;
  /** Whether a template is written, whose slots are chosen here. */
  hasSlots?: boolean;
};

export type Say = (word: string, values?: Record<string, string>) => string;

export function sayIn(setup: Setup): Say {
  return (word, values = {}) =>
    (setup.words[word] ?? word).replace(/%(\w+)%/g, (whole, name: string) => values[name] ?? whole);
}

type Child = Node | string | null;
type Properties = Record<string, string | boolean | ((event: Event) => void)>;

/** An element with attributes, listeners (functions) and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (typeof value === "boolean") made.toggleAttribute(key, value);
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** Lines of 1.5 on a field of 16, in the colour of the text. */
const icons: Record<string, string> = {
  bulletList: "M6 4h8M6 8h8M6 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
  orderedList: "M7 4h7M7 8h7M7 12h7M2 3l1-.5V6M2 10.2c.3-1 2-.9 1.8.2L2 12.5h2",
  blockquote: "M3 4v8M6 5h8M6 8h8M6 11h5",
  link: "M6.5 9.5l3-3M7 4.5l1.2-1.2a2.5 2.5 0 013.6 3.6L10.5 8M9 11.5l-1.2 1.2a2.5 2.5 0 01-3.6-3.6L5.5 8",
  alignLeft: "M2 3h12M2 6.5h7M2 10h12M2 13.5h7",
  alignCenter: "M2 3h12M4.5 6.5h7M2 10h12M4.5 13.5h7",
  alignRight: "M2 3h12M7 6.5h7M2 10h12M7 13.5h7",
  undo: "M5 3L2 6l3 3M2 6h7.5a3.5 3.5 0 010 7H6",
  redo: "M11 3l3 3-3 3M14 6H6.500a3.5 3.5 0 000 7H10",
  up: "M8 13V3M4 7l4-4 4 4",
  down: "M8 3v10M4 9l4 4 4-4",
  remove: "M4 4l8 8M12 4l-8 8",
  edit: "M3 13l.6-2.600L11 3l2 2-7.400 7.400z",
  insert: "M8 3v10M3 8h10",
};

export function icon(name: string): SVGElement | null {
  const path = icons[name];
  if (!path) return null;
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 16 16",
    width: "18",
    height: "18",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.5",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  }))
    svg.setAttribute(key, value);
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
