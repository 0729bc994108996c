// <dialog id="palette"> opens on "/", on Ctrl or ⌘ K and on the search link of the top bar; the arrow keys go through what is
// found and Enter opens the first. search.js fills it. Whoever does not want "/" to do that unticks it; this browser remembers.
const palette = document.getElementById("palette");
const field = palette?.querySelector("input[type=search]");
const tick = palette?.querySelector("[data-slash]");
const KEY = "palette-without-slash";
const EDITABLE = "input, textarea, select, [contenteditable]:not([contenteditable=false])";

const open = () => {
  if (palette.open) return field.focus();
  palette.showModal();
  field.select();
  // What is offered before anything is typed.
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

const links = () => [...palette.querySelectorAll(".found a")];

const go = (by) => {
  const stops = [field, ...links()];
  const at = stops.indexOf(document.activeElement);
  stops[(Math.max(at, 0) + by + stops.length) % stops.length].focus();
};

if (palette) {
  tick.checked = localStorage.getItem(KEY) === null;
  tick.addEventListener("change", () => {
    if (tick.checked) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "1");
  });

  document.addEventListener("keydown", (event) => {
    const isK = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
    const isBare = !(event.ctrlKey || event.metaKey || event.altKey);
    const isSlash = event.key === "/" && isBare && tick.checked && !event.target.closest(EDITABLE);
    // The visual editor makes links with Ctrl K.
    if (event.defaultPrevented || (isK && event.target.closest("[contenteditable]"))) return;
    // A page with a question of its own is answered first.
    const other = document.querySelector("dialog[open]:not(#palette)");
    if ((!isK && !isSlash) || other) return;
    event.preventDefault();
    open();
  });

  for (const link of document.querySelectorAll("a[data-palette]"))
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open();
    });

  palette.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.target === tick) return;
    event.preventDefault();
    go(by);
  });

  // Until what was typed last is there, the first of the list is what was found before.
  field.form.addEventListener("submit", (event) => {
    const [first] = links();
    if (!first || field.dataset.found !== field.value) return;
    event.preventDefault();
    first.click();
  });

  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });
}
