// <div data-amounts='{"once":{"2500":"Give $25"}}'>: the button says what it will do; writing an amount chooses it.
// An address with ?amount=25, as the buttons of a mail have, chooses that amount.
for (const amounts of document.querySelectorAll("[data-amounts]")) {
  const form = amounts.closest("form");
  const words = JSON.parse(amounts.dataset.amounts);
  const button = form.querySelector(".button-primary");
  const usual = button.textContent;
  const written = form.elements.otherAmount;
  const other = form.querySelector('[name="amount"][value="other"]');

  written?.addEventListener("input", () => {
    if (other && written.value.trim() !== "") other.checked = true;
    show();
  });
  form.addEventListener("change", (event) => {
    const { name, value, checked } = event.target;
    // Whoever chooses a suggested amount after all does not mean what they wrote before.
    if (name === "amount" && checked && value !== "other" && written) written.value = "";
    if (name === "amount" && checked && value === "other") written?.focus();
    show();
  });
  ask(Number(new URLSearchParams(location.search).get("amount")));
  show();

  function ask(amount) {
    // What somebody chose before their form came back stays.
    if (!(amount > 0) || new FormData(form).has("amount") || written?.value) return;
    const value = String(Math.round(amount * 10 ** Number(amounts.dataset.digits)));
    const tile = form.querySelector(`[name="amount"][value="${value}"]`) ?? (written && other);
    if (!tile) return;
    tile.checked = true;
    if (tile === other) written.value = String(amount);
  }

  function show() {
    const chosen = new FormData(form);
    const rhythms = Object.keys(words);
    const rhythm = chosen.get("rhythm") ?? rhythms[0];
    button.textContent = words[rhythm]?.[chosen.get("amount")] ?? usual;
  }
}
