// The live count of an audience: while somebody builds it, and while a long count goes on. Without this script a button counts.

const QUIET_MS = 500;
const AGAIN_MS = 700;
/** A count that is not whole by then waits for the next change. */
const TURNS_MAX = 60;

async function replacePanel(request, panel, isCurrent) {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const response = await fetch(...request());
    if (!response.ok || !isCurrent()) return;
    const next = new DOMParser().parseFromString(await response.text(), "text/html").body.firstElementChild;
    if (!next || !isCurrent()) return;
    panel().replaceWith(document.adoptNode(next));
    if (panel().dataset.whole !== "no") return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

const form = document.querySelector("form[data-audience]");
if (form) {
  const panel = () => form.querySelector("[data-audience-panel]");
  let asked = 0;
  let timer = 0;
  const count = () => {
    asked += 1;
    const mine = asked;
    const request = () => [
      form.dataset.audience,
      { method: "POST", body: new URLSearchParams(new FormData(form)) },
    ];
    replacePanel(request, panel, () => mine === asked).catch(() => undefined);
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(count, QUIET_MS);
  });
  // What else is asked depends on the answer, so the server draws the form anew.
  form.addEventListener("change", (event) => {
    if (!event.target.closest("[data-audience-ask]")) return;
    clearTimeout(timer);
    form.requestSubmit(form.querySelector('button[value="count"]'));
  });
  if (panel()?.dataset.whole === "no") count();
}

for (const shown of document.querySelectorAll("[data-audience-shown]")) {
  const panel = () => shown.querySelector("[data-audience-panel]");
  const request = () => [shown.dataset.audienceShown];
  if (panel()?.dataset.whole === "no") replacePanel(request, panel, () => true).catch(() => undefined);
}
