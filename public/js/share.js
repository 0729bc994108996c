// <button data-share-url data-share-title data-share-text hidden> opens the device's own share sheet where there is one.
for (const button of document.querySelectorAll("button[data-share-url]")) {
  if (!navigator.share) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const { shareUrl, shareTitle, shareText } = button.dataset;
    try {
      await navigator.share({ url: shareUrl, title: shareTitle, text: shareText });
    } catch {
      // Closing the sheet without choosing is no failure.
    }
  });
}

// <section data-shared="/path" data-variant="b"> tells that path which of its [data-way] was pressed, and nothing else.
for (const section of document.querySelectorAll("[data-shared]")) {
  section.addEventListener("click", ({ target }) => {
    const { way } = target.closest("[data-way]")?.dataset ?? {};
    if (!way) return;
    const body = new URLSearchParams({ way, v: section.dataset.variant });
    navigator.sendBeacon(section.dataset.shared, body);
  });
}
