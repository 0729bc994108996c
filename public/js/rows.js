// In <form data-rows>, Enter goes on to the first box of the next [data-row] instead of sending what is half typed; from the
// last row it goes to the button.
for (const form of document.querySelectorAll("form[data-rows]")) {
  const rows = [...form.querySelectorAll("[data-row]")];
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const at = rows.findIndex((row) => row.contains(event.target));
    const next =
      rows[at + 1]?.querySelector("input") ?? form.querySelector("button[type=submit], button:not([type])");
    next?.focus();
  });
}
