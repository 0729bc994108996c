// <form data-upload="address"> sends its file in parts, each tried again, and goes on where an earlier try broke off.
const TRIES = 5;
const FIRST_PAUSE_MS = 1000;

for (const form of document.querySelectorAll("form[data-upload]")) {
  form.addEventListener("submit", (event) => {
    const file = form.querySelector('input[type="file"]').files[0];
    if (!file || file.size === 0) return;
    event.preventDefault();
    void send(form, file);
  });
}

async function send(form, file) {
  const button = form.querySelector('button[type="submit"]');
  const shown = form.querySelector(".upload-progress");
  const bar = shown.querySelector("progress");
  const words = shown.querySelector("p");
  button.disabled = true;
  shown.hidden = false;
  const tell = (done) => {
    bar.value = done / file.size;
    words.textContent = form.dataset.progress
      .replace("{{done}}", megabytes(done))
      .replace("{{total}}", megabytes(file.size));
  };
  try {
    const body = JSON.stringify({ name: file.name, bytes: file.size });
    const begun = await tried(form.dataset.upload, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json" },
    });
    const { href, partBytes, parts } = await begun.json();
    const sent = new Set(parts);
    for (let part = 1; (part - 1) * partBytes < file.size; part += 1) {
      const start = (part - 1) * partBytes;
      tell(start);
      if (!sent.has(part))
        await tried(`${href}/parts/${part}`, { method: "PUT", body: file.slice(start, start + partBytes) });
    }
    tell(file.size);
    const whole = await fetch(`${href}/file`, { method: "POST" });
    location.assign(whole.redirected ? whole.url : location.href);
  } catch {
    words.textContent = form.dataset.broken;
    button.disabled = false;
    button.textContent = form.dataset.again;
  }
}

/** Only what may pass by itself is tried again. */
async function tried(address, init) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(address, init);
      if (response.ok) return response;
      if (response.status < 500 || attempt === TRIES) throw new Error(String(response.status));
    } catch (error) {
      if (attempt === TRIES || /^4/.test(error.message)) throw error;
    }
    await new Promise((done) => setTimeout(done, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
  }
}

function megabytes(bytes) {
  return (bytes / 1024 / 1024).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
}
