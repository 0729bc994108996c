// <… data-refresh> is brought up to date every two seconds, until the page comes without it.
const EVERY_MS = 2000;

async function refresh() {
  const shown = document.querySelector("[data-refresh]");
  if (!shown) return;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(String(response.status));
    const next = new DOMParser()
      .parseFromString(await response.text(), "text/html")
      .querySelector("[data-refresh]");
    if (!next) return location.reload();
    // Whoever is on a button stays there.
    if (!shown.contains(document.activeElement)) shown.replaceWith(next);
    else
      for (const part of ["progress", ".progress-words", ".stats"])
        shown.querySelector(part)?.replaceWith(next.querySelector(part) ?? "");
  } catch {
    // Away for a moment: the next look may find it.
  }
  setTimeout(refresh, EVERY_MS);
}

setTimeout(refresh, EVERY_MS);
