// <button data-confirm="Words"> asks before its form is sent. Without script the server's own page asks.
document.addEventListener("submit", (event) => {
  const words = event.submitter?.dataset.confirm;
  if (words && !window.confirm(words)) event.preventDefault();
});
