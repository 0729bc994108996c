// <form data-autosave="/path"> sends itself to that path after a pause in writing, one request at a time, and says how
// it went in its [data-autosave-state]. Leaving with something unsaved asks first.
const PAUSE_MS = 1_200;
const RETRY_MS = 8_000;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const state = form.querySelector("[data-autosave-state]");
  let written = 0;
  let saved = 0;
  let isSaving = false;
  let timer = 0;

  const say = (name) => {
    if (state) state.textContent = state.dataset[name];
  };

  const save = async () => {
    if (isSaving || saved === written) return;
    const version = written;
    isSaving = true;
    say("saving");
    try {
      const response = await fetch(form.dataset.autosave, {
        method: "POST",
        body: new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")),
        headers: { Accept: "application/json" },
        redirect: "manual",
      });
      if (!response.ok) throw new Error(String(response.status));
      saved = version;
      say("saved");
      document.dispatchEvent(new CustomEvent("autosaved", { detail: { form } }));
      if (saved !== written) timer = setTimeout(save, PAUSE_MS);
    } catch {
      say("failed");
      timer = setTimeout(save, RETRY_MS);
    } finally {
      isSaving = false;
    }
  };

  form.addEventListener("input", () => {
    written += 1;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    saved = written;
  });
  window.addEventListener("beforeunload", (event) => {
    if (saved !== written) event.preventDefault();
  });
}
