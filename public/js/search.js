// <form data-search="id"> shows what it finds while one types: the element of that id gets what the form's own address
// answers with `part=found`. Without this script the form is sent by its button.
const PAUSE_MS = 120;

for (const form of document.querySelectorAll("form[data-search]")) {
  const place = document.getElementById(form.dataset.search);
  const field = form.querySelector("input[type=search]");
  let timer;
  let asking;

  const find = async () => {
    const address = new URL(form.action);
    for (const [name, value] of new FormData(form)) if (value !== "") address.searchParams.set(name, value);
    asking?.abort();
    asking = new AbortController();
    const part = new URL(address);
    part.searchParams.set("part", "found");
    place.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(part, { signal: asking.signal, headers: { Accept: "text/html" } });
      // Signed out meanwhile, or something broke: the button still says what is the matter.
      if (!response.ok || response.redirected) return;
      const found = new DOMParser().parseFromString(await response.text(), "text/html");
      place.replaceChildren(...found.body.childNodes);
      field.dataset.found = address.searchParams.get(field.name) ?? "";
      // In a dialog it is not the page that changes.
      if (!form.closest("dialog")) history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") return;
    } finally {
      place.removeAttribute("aria-busy");
    }
  };

  field?.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE_MS);
  });
}
