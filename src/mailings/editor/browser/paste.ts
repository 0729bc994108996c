/**
 * What word processors and web pages put on the clipboard, as a writer means it: paragraphs, headings, lists, links, emphasis. What
 * the editor knows no node for, it drops by itself; this mends what would be lost or come out wrong.
 */
export function cleanPaste(html: string): string {
  const page = new DOMParser().parseFromString(withoutStyles(html), "text/html");
  for (const gone of page.querySelectorAll("style, script, meta, link, title, xml, o\\:p, v\\:shape, svg"))
    gone.remove();
  for (const image of page.querySelectorAll("img"))
    if (!/^https?:/.test(image.getAttribute("src") ?? "")) image.remove();
  mendLists(page);
  mendEmphasis(page);
  for (const each of page.querySelectorAll("*")) {
    for (const name of ["style", "data-style", "class", "id", "lang", "dir"]) each.removeAttribute(name);
    for (const { name } of [...each.attributes]) if (name.startsWith("on")) each.removeAttribute(name);
  }
  return page.body.innerHTML;
}

/** Our pages allow no styles in markup, and the browser says so of each; what they mean is read from an attribute of our own. */
function withoutStyles(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<style\b[\s\S]*?<\/style\s*>/gi, "")
    .replace(/(<[^<>]*?)\sstyle\s*=/gi, "$1 data-style=");
}

/** Word writes lists as paragraphs that begin with a sign. */
function mendLists(page: Document): void {
  for (const line of page.querySelectorAll<HTMLElement>("p[class^=MsoList], p[data-style*=mso-list]")) {
    const signs = [...line.querySelectorAll<HTMLElement>("[data-style*=mso-list]")];
    const sign =
      signs.map((each) => each.textContent ?? "").join("") ||
      (/^\s*(\S{1,4})\s/.exec(line.textContent ?? "")?.[1] ?? "");
    for (const each of signs) each.remove();
    if (signs.length === 0) stripStart(line, sign);
    const isNumbered = /^\s*[(]?(?:\d+|[a-z]|[ivx]+)[.)]/i.test(sign);
    const name = isNumbered ? "ol" : "ul";
    const before = line.previousElementSibling;
    const list =
      before?.localName === name && before.hasAttribute("data-mended") ? before : page.createElement(name);
    if (list !== before) {
      list.setAttribute("data-mended", "");
      line.before(list);
    }
    const item = page.createElement("li");
    item.append(...line.childNodes);
    list.append(item);
    line.remove();
  }
}

function stripStart(line: HTMLElement, sign: string): void {
  const first = line.ownerDocument.createTreeWalker(line, NodeFilter.SHOW_TEXT).nextNode();
  if (first?.nodeValue && sign !== "" && /^[·•§o\-–]$|[.)]$/.test(sign.trim()))
    first.nodeValue = first.nodeValue.trimStart().replace(sign.trim(), "").trimStart();
}

/** Google Docs wraps everything in a <b> that is not bold, and says bold by style. */
function mendEmphasis(page: Document): void {
  for (const each of page.querySelectorAll<HTMLElement>(
    "b[data-style*='font-weight:normal'], b[data-style*='font-weight: normal']",
  ))
    each.replaceWith(...each.childNodes);
  for (const each of page.querySelectorAll<HTMLElement>("span[data-style]")) {
    const style = each.dataset.style ?? "";
    const isBold = /font-weight:\s*(?:bold|[6-9]00)/i.test(style);
    const name = isBold ? "strong" : /font-style:\s*italic/i.test(style) ? "em" : null;
    if (!name) continue;
    const mended = page.createElement(name);
    mended.append(...each.childNodes);
    each.replaceWith(mended);
  }
}
