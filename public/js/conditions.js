// <div data-if="q_travel" data-if-any='["By car"]'> is shown only while one of these answers is given to that question of the
// same form. What it holds then needs no words that say for whom it is. The server decides the same way without this.
for (const form of document.querySelectorAll("form:has([data-if])")) {
  const parts = [...form.querySelectorAll("[data-if]")];

  const isAnswered = (part) => {
    const { if: name, ifAny } = part.dataset;
    const anyOf = JSON.parse(ifAny);
    return fieldsOf(name).some((field) => {
      const isChosen = field.type === "checkbox" || field.type === "radio" ? field.checked : true;
      // An answer inside a part that is hidden itself was not given.
      return isChosen && anyOf.includes(field.value) && !field.closest("[data-if][hidden]");
    });
  };

  const fieldsOf = (name) => [...form.elements].filter((field) => field.name === name);

  // In the order of the page, since a part may depend on one before it.
  const show = () => {
    for (const part of parts) part.hidden = !isAnswered(part);
  };

  for (const words of form.querySelectorAll("[data-if-words]")) words.hidden = true;
  form.addEventListener("change", show);
  // The browser may bring answers back after the page is shown.
  window.addEventListener("pageshow", show);
  show();
}
