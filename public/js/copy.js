// <button data-copy="text" data-copied="Copied" hidden> copies its text and says so for two seconds.
const SHOWN_MS = 2_000;

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) break;
  const words = button.querySelector("[data-copy-words]") ?? button;
  const label = words.textContent;
  let timer = 0;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    words.textContent = button.dataset.copied;
    clearTimeout(timer);
    timer = setTimeout(() => {
      words.textContent = label;
    }, SHOWN_MS);
  });
}
