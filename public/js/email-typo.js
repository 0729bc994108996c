// <form data-email-typo="/email-domain.json" data-did="Did you mean {{address}}?" data-use="Use this address"> asks the
// group's own host, by the domain alone, whether what is typed looks like a slip, and offers the address beside the field.
for (const form of document.querySelectorAll("form[data-email-typo]")) {
  const field = form.querySelector('input[type="email"][name="email"]');
  if (!field) continue;
  const { emailTypo, did, use } = form.dataset;
  const note = document.createElement("p");
  note.className = "hint";
  note.setAttribute("role", "status");
  field.after(note);
  let asked = "";
  field.addEventListener("change", async () => {
    const at = field.value.lastIndexOf("@");
    const domain = field.value
      .slice(at + 1)
      .trim()
      .toLowerCase();
    note.replaceChildren();
    if (at < 1 || !domain.includes(".")) return;
    asked = domain;
    const meant = await fetch(`${emailTypo}?domain=${encodeURIComponent(domain)}`)
      .then((response) => response.json())
      .then((answer) => answer.meant)
      .catch(() => null);
    if (!meant || asked !== domain) return;
    const address = `${field.value.slice(0, at).trim()}@${meant}`;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet";
    button.textContent = use;
    button.addEventListener("click", () => {
      field.value = address;
      note.replaceChildren();
      field.focus();
    });
    note.append(did.replace("{{address}}", address), " ", button);
  });
}
