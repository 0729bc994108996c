// <div data-count="/petitions/clean-air/count.json"> shows the newest numbers while someone looks at it.
const EVERY_MS = 10_000;
// Someone who leaves the page open all day is not looking any more.
const LOOKS_MAX = 180;

for (const panel of document.querySelectorAll("[data-count]")) {
  let looks = 0;
  const timer = setInterval(look, EVERY_MS);
  look();

  async function look() {
    if (document.hidden) return;
    looks += 1;
    if (looks >= LOOKS_MAX) clearInterval(timer);
    try {
      const reply = await fetch(panel.dataset.count, { headers: { Accept: "application/json" } });
      if (reply.ok) show(await reply.json());
    } catch {
      // The page already shows the last known number; the next look may bring a newer one.
    }
  }

  function show({ count, tally, goal, words }) {
    if (!words) return;
    write("[data-count-total]", words.total);
    write("[data-count-people]", words.people);
    write("[data-count-goal]", words.goal);
    const bar = panel.querySelector("progress");
    if (!bar || goal === null) return;
    bar.max = goal;
    bar.value = Math.min(tally ?? count, goal);
  }

  function write(selector, text) {
    const place = panel.querySelector(selector);
    if (place && place.textContent !== text) place.textContent = text;
  }
}
