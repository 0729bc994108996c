import { wordsIn } from "../../../ui/theme";
import { put, slotIn } from "../body";
import { footOf, shownIn } from "../foot";
import { headerHtml } from "../frame";
import { linkFinisher } from "../link-finisher";
import { copyAddress, setCopyAddresses } from "../links";
import { escapeHtml, parseLiquid } from "../liquid";
import { bare, isTag, type Making, problemOf, type VersionLink } from "../making";
import { RenderError } from "../render-error";
import { showHtml } from "../sign-off";
import { hideLiquid, showLiquid, tokensIn } from "../tokens";
import type { MailPart } from "../types";
import { arrangeAmp } from "./arrange";
import { cleanAmp } from "./clean";
import { ampFrame } from "./frame";

/** Characters of a source that is read as markup; the whole part may have no more (types.ts, AMP_BYTES_MAX). */
const SOURCE_MAX = 200_000;
const ADDRESS_SHOWN = 200;

/**
 * The interactive part of a version, in its own wrapper and with its own way out of the list; null for a version without one. Its links
 * are numbered on from those of the HTML. One that is not right is said and left out: mailboxes show the HTML then.
 */
export function ampPart(making: Making, links: VersionLink[]): string | null {
  const source = making.version.amp?.trim() ?? "";
  if (source === "") return null;
  const { problems } = making;
  const before = problems.length;
  let made: string | null = null;
  try {
    made = makePart(source, making, links);
    parseLiquid(made, "html");
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    const { code, line, detail } = error.fault;
    problems.push(problemOf(making, code, "amp", { detail }, line));
  }
  // What finds a fault in a link says so of the body, and looks for its line there.
  for (const [index, problem] of problems.entries())
    if (index >= before && problem.part === "body") problems[index] = { ...problem, part: "amp", line: null };
  return problems.slice(before).some(({ isError }) => isError) ? null : made;
}

function makePart(source: string, making: Making, links: VersionLink[]): string {
  const { version, wrapper, tokens, origin, group, mailing } = making;
  const { accent } = making.colours;
  const { html, css } = wrappedAmp(cleaned(source, making, "amp"), making);
  const own = setCopyAddresses(tokens, origin);
  const arranged = arrangeAmp(html, tokens, origin);
  noteFaults(arranged, making);
  const finish = linkFinisher(arranged.links, links, own, making);
  const framed = ampFrame({
    language: version.language,
    header: wrapper?.amp.trim() ? "" : headerHtml(bare(escapeHtml(group.name)), accent),
    content: finish.html(bare(arranged.html)),
    foot: footOf(making, shownIn(html)).html,
    css: bare(css),
    accentWords: wordsIn(accent, "light"),
    scripts: arranged.scripts,
    pixel: mailing.settings.tracksOpens ? copyAddress(origin, "open.gif") : "",
  });
  return showHtml(framed, tokens);
}

function noteFaults(
  { faults, badPictures, mutePictures }: ReturnType<typeof arrangeAmp>,
  making: Making,
): void {
  const { problems, tokens } = making;
  const shown = (text: string) => showLiquid(text, tokens).slice(0, ADDRESS_SHOWN);
  for (const what of faults) problems.push(problemOf(making, "amp_place", "amp", { what: shown(what) }));
  for (const address of badPictures)
    problems.push(problemOf(making, "amp_picture", "amp", { address: shown(address) }));
  for (const address of mutePictures)
    problems.push(problemOf(making, "image_alt", "amp", { address: shown(address) }));
}

type Cleaned = { html: string; css: string };

function cleaned(source: string, making: Making, part: MailPart): Cleaned {
  const { tokens, problems } = making;
  if (source.length > SOURCE_MAX) throw new RenderError({ code: "too_large", line: null, detail: "" });
  const first = tokens.length;
  const hidden = hideLiquid(source, tokens);
  const last = tokens.length;
  const { html, css, refused } = cleanAmp(hidden, (index) => isTag(tokens[index] ?? ""));
  if (refused.length > 0) problems.push(problemOf(making, "amp_refused", part, { what: refused.join(", ") }));
  // What was left out may have held one end of a condition.
  const kept = tokensIn(html);
  for (let index = first; index < last; index += 1)
    if (kept[index - first] !== index)
      throw new RenderError({ code: "liquid_place", line: null, detail: tokens[index] ?? "" });
  return { html, css };
}

/** In the wrapper's own words for this part; as it is where that says none. */
function wrappedAmp(content: Cleaned, making: Making): Cleaned {
  const source = making.wrapper?.amp.trim() ?? "";
  if (source === "") return content;
  const around = cleaned(source, making, "wrapper");
  const slot = slotIn(around.html, making.tokens);
  if (slot === null) {
    making.problems.push(problemOf(making, "wrapper_slot", "wrapper", { slot: "{{ content }}" }));
    return content;
  }
  return { html: put(around.html, slot, content.html), css: around.css + content.css };
}
