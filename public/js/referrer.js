// <input type="hidden" data-referrer> learns which site led here; the page itself is the same for everyone.
for (const field of document.querySelectorAll("input[data-referrer]")) {
  const from = document.referrer;
  if (from && !field.value && new URL(from).host !== location.host) field.value = from;
}
