import { inputOf, isAddress, openDialog, rowOf, selectOf } from "./dialog";
import { element, type Say, type Setup } from "./setup";

/** One of the group's library, as the server offers it. */
type Offered = { src: string; alt: string; width: number; height: number };
type Values = Record<string, string>;

const ACCEPTED = "image/png,image/jpeg,image/webp,image/gif";
/** Twice the width of a mail: phones show it sharp, and it is soon there. */
const SIDE_MAX = "1200";

/**
 * Asks for a picture: a new one, which is made smaller (public/js/resize.js) and sent to the library, one of the library, or one
 * elsewhere on the web; and what it shows, in words.
 */
export async function askPicture(setup: Setup, say: Say, values: Values): Promise<Values | null> {
  const file = element("input", {
    type: "file",
    accept: ACCEPTED,
    "data-resize": SIDE_MAX,
    "data-formats": "mail",
  });
  const src = inputOf({ name: "src", label: "", type: "url" }, values.src ?? "");
  const alt = inputOf({ name: "alt", label: "", type: "text" }, values.alt ?? "");
  const decoration = element("input", { type: "checkbox", name: "isDecoration" });
  decoration.checked = values.isDecoration === "yes";
  const width = inputOf({ name: "width", label: "", type: "number" }, values.width ?? "");
  const href = inputOf({ name: "href", label: "", type: "url" }, values.href ?? "");
  const places = ["left", "center", "right"].map((value) => ({ value, label: say(value) }));
  const align = selectOf("align", places, values.align ?? "left");
  const status = element("p", { class: "mail-editor-soft", role: "status" });
  for (const input of [file, decoration])
    input.addEventListener("change", () => {
      file.setCustomValidity("");
      alt.setCustomValidity("");
    });
  const library = libraryOf(setup, say, (picture) => {
    src.value = picture.src;
    alt.value = picture.alt;
    decoration.checked = picture.alt === "";
    file.value = "";
    for (const input of [src, alt]) input.setCustomValidity("");
    src.focus();
  });
  const rows = [
    rowOf(say("upload"), file),
    library,
    rowOf(say("orAddress"), src),
    rowOf(say("alt"), alt),
    element("label", { class: "mail-editor-check" }, decoration, say("isDecoration")),
    rowOf(say("width"), width),
    rowOf(say("link"), href),
    rowOf(say("align"), align),
    status,
  ];
  return openDialog(say, say("image"), rows, async () => {
    const [chosen] = file.files ?? [];
    const address = src.value.trim();
    const link = href.value.trim();
    file.setCustomValidity(!chosen && address === "" ? say("noPicture") : "");
    src.setCustomValidity(chosen || address === "" || isAddress(address) ? "" : say("badAddress"));
    alt.setCustomValidity(alt.value.trim() === "" && !decoration.checked ? say("noAlt") : "");
    href.setCustomValidity(link === "" || isAddress(link) ? "" : say("badAddress"));
    if ([file, src, alt, width, href].some((input) => !input.checkValidity())) return null;
    const described = { alt: alt.value.trim(), isDecoration: decoration.checked ? "yes" : "" };
    if (chosen) status.textContent = say("uploading");
    const kept = chosen ? await upload(file, described, setup, say) : address;
    status.textContent = "";
    if (kept === null) return null;
    return { ...described, src: kept, width: width.value, href: link, align: align.value };
  });
}

/** Sends the picture to the library. Null when it was refused, which the field says. */
async function upload(
  input: HTMLInputElement,
  described: Values,
  setup: Setup,
  say: Say,
): Promise<string | null> {
  if (input.dataset.resizing !== undefined)
    await new Promise((done) => input.addEventListener("resized", done, { once: true }));
  const [picture] = input.files ?? [];
  if (!picture) return null;
  const form = new FormData();
  form.set("picture", picture);
  for (const [name, value] of Object.entries(described)) form.set(name, value);
  try {
    const response = await fetch(setup.pictures, {
      method: "POST",
      body: form,
      headers: { Accept: "application/json" },
    });
    const answer: { picture?: Offered; error?: { message?: string } } = await response.json();
    if (answer.picture) return answer.picture.src;
    input.setCustomValidity(answer.error?.message ?? say("notUploaded"));
  } catch {
    input.setCustomValidity(say("notUploaded"));
  }
  return null;
}

/** The group's earlier pictures, fetched when somebody asks for them. */
function libraryOf(setup: Setup, say: Say, choose: (picture: Offered) => void): HTMLElement {
  const grid = element("div", {
    class: "mail-editor-pictures",
    role: "group",
    "aria-label": say("library"),
  });
  let next: number | null = null;
  const more = element("button", { type: "button" }, say("morePictures"));
  const load = async () => {
    const response = await fetch(`${setup.pictures}.json${next === null ? "" : `?before=${next}`}`, {
      headers: { Accept: "application/json" },
    }).catch(() => null);
    if (!response?.ok) return;
    const found: { pictures: Offered[]; next: number | null } = await response.json();
    const buttons = found.pictures.map((picture) =>
      element(
        "button",
        { type: "button", "aria-label": picture.alt || say("decoration"), click: () => choose(picture) },
        element("img", { src: setup.origin + picture.src, alt: "", loading: "lazy" }),
      ),
    );
    more.remove();
    grid.append(...buttons);
    next = found.next;
    if (next !== null) grid.append(more);
    if (grid.childElementCount === 0) grid.append(say("none"));
    buttons[0]?.focus();
  };
  more.addEventListener("click", () => void load());
  const details = element(
    "details",
    { class: "mail-editor-library" },
    element("summary", {}, say("library")),
    grid,
  );
  details.addEventListener("toggle", () => {
    if (details.open && grid.childElementCount === 0) void load();
  });
  return details;
}
