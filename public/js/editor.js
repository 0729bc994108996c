// <form data-editor="/path"> saves a draft to that path after a pause in writing, one request at a time, and carries the
// version it gets back, so that two people never overwrite each other unseen. An empty path (a live page) saves nothing by
// itself. Either way, leaving with something unsaved asks first.
const PAUSE_MS = 1_500;
const RETRY_MS = 10_000;

for (const form of document.querySelectorAll("form[data-editor]")) {
  const path = form.dataset.editor;
  const state = form.querySelector("[data-autosave-state]");
  const savedAt = form.querySelector("[data-saved-at]");
  let written = 0;
  let saved = 0;
  let isSaving = false;
  let isStopped = path === "";
  let timer = 0;

  const say = (words, isTrouble = false) => {
    if (!state) return;
    state.textContent = words;
    state.classList.toggle("soft", !isTrouble);
    state.classList.toggle("autosave-trouble", isTrouble);
  };

  const later = (pause) => {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(save, pause);
  };

  async function save() {
    if (isSaving || isStopped || saved === written) return;
    const edition = written;
    isSaving = true;
    say(state.dataset.saving);
    try {
      const texts = [...new FormData(form)].filter(([, value]) => typeof value === "string");
      const response = await fetch(path, {
        method: "POST",
        body: new URLSearchParams(texts),
        headers: { Accept: "application/json" },
        redirect: "manual",
      });
      const reply = await response.json();
      if (response.ok) take(reply, edition);
      else refuse(response.status, reply);
    } catch {
      say(state.dataset.failed, true);
      later(RETRY_MS);
    } finally {
      isSaving = false;
    }
  }

  const take = (reply, edition) => {
    form.elements.namedItem("version").value = reply.version;
    saved = edition;
    say("");
    if (savedAt) savedAt.textContent = reply.saved;
    document.dispatchEvent(new CustomEvent("editor-saved"));
    if (saved !== written) later(PAUSE_MS);
  };

  // A refused form waits for the next change; after somebody else's save only a person can decide.
  const refuse = (status, reply) => {
    isStopped = status === 409;
    say(reply.error?.message ?? state.dataset.failed, true);
  };

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    written += 1;
    later(PAUSE_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    isStopped = true;
    saved = written;
  });
  window.addEventListener("beforeunload", (event) => {
    if (saved !== written) event.preventDefault();
  });
}
