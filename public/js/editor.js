// <form data-editor="/path"> saves a draft to that path after a pause in writing, one request at a time, and carries the
// version it gets back, so that two people never overwrite each other unseen. An empty path (a live page) saves nothing by
// itself. Either way, leaving with something unsaved asks first; a link or another form of the page waits until it is saved.
const PAUSE_MS = 1_500;
const RETRY_MS = 10_000;

for (const form of document.querySelectorAll("form[data-editor]")) {
  const path = form.dataset.editor;
  const state = form.querySelector("[data-autosave-state]");
  const savedAt = form.querySelector("[data-saved-at]");
  let written = 0;
  let saved = 0;
  let saving = Promise.resolve();
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

  const save = () => {
    saving = saving.then(saveNow);
    return saving;
  };

  async function saveNow() {
    if (isStopped || saved === written) return;
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
  const leaveBySending = () => {
    clearTimeout(timer);
    isStopped = true;
    saved = written;
  };

  // Both listen behind everybody else: what asks first has asked.
  const isBehind = () => !isStopped && saved !== written;
  window.addEventListener("submit", async (event) => {
    const { target, submitter } = event;
    const isOwn = target === form;
    if (event.defaultPrevented) return;
    if (isOwn && !isSaving) return leaveBySending();
    if (!isOwn && !isBehind()) return;
    event.preventDefault();
    // What is on its way raises the version: sent beside it, the same words would be a stranger's.
    await (isOwn ? saving : save());
    submitter?.removeAttribute("data-confirm");
    target.requestSubmit(submitter);
  });
  window.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    const isPlain =
      event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    const isOwn = link && link.origin === location.origin && !link.target && !link.hasAttribute("download");
    if (!isOwn || !isPlain || event.defaultPrevented || !isBehind()) return;
    // A part of this page is gone to at once.
    if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
    event.preventDefault();
    await save();
    location.assign(link.href);
  });
  window.addEventListener("beforeunload", (event) => {
    if (saved !== written) event.preventDefault();
  });
}
