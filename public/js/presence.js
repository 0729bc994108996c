// <… data-presence="/path"> says every few seconds that this page is open, and shows who else has it open.
const EVERY_MS = 15_000;

for (const shown of document.querySelectorAll("[data-presence]")) {
  const tell = async () => {
    if (document.visibilityState === "visible") {
      try {
        const response = await fetch(shown.dataset.presence, {
          method: "POST",
          headers: { Accept: "application/json" },
        });
        const { words } = await response.json();
        if (response.ok && shown.textContent !== words) shown.textContent = words;
      } catch {
        // Away for a moment: the next look may find somebody.
      }
    }
    setTimeout(tell, EVERY_MS);
  };
  setTimeout(tell, EVERY_MS);
}
