/** Looks at the page again while something on it is under way, and shows what has become of it. Without script one reloads. */
const EVERY_MS = 2_000;
const FAILURES_MAX = 10;

const live = document.querySelector("[data-live]");
if (live) void lookAgain(live, 0);

async function lookAgain(part, failures) {
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  const next = document.hidden ? part : await fresh(part);
  if (!next) {
    if (failures < FAILURES_MAX) void lookAgain(part, failures + 1);
    return;
  }
  // Whoever is about to press something in it must not have it taken away.
  if (next !== part && !part.contains(document.activeElement)) part.replaceWith(next);
  const shown = next !== part && part.isConnected ? part : next;
  if (shown.dataset.live || shown !== next) void lookAgain(shown, 0);
}

async function fresh(part) {
  try {
    const response = await fetch(location.href.split("?")[0], { headers: { accept: "text/html" } });
    if (!response.ok) return null;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.getElementById(part.id);
  } catch {
    return null;
  }
}
