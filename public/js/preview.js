// The preview beside the editor: loads again after each save, and shows the page as a phone or a computer would.
for (const room of document.querySelectorAll("[data-preview]")) {
  const frame = room.querySelector("iframe");
  const sizes = room.querySelector("[data-preview-sizes]");
  const buttons = room.querySelectorAll("[data-preview-size]");

  document.addEventListener("editor-saved", () => {
    frame.setAttribute("src", frame.getAttribute("src"));
  });

  if (sizes) sizes.hidden = false;
  for (const button of buttons) {
    button.addEventListener("click", () => {
      room.dataset.preview = button.dataset.previewSize;
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
    });
  }
}
