// The form a mail's body is written in: choosing another sends the page, since the server turns the words into it.
for (const room of document.querySelectorAll("[data-mail-form]")) {
  const choice = room.querySelector("select");
  const button = room.querySelector("button");
  button.hidden = true;
  choice.addEventListener("change", () => choice.form.requestSubmit(button));
}
