// <nav data-languages> with links to the same page in other languages: the one the visitor would rather read stands out and
// says so in that language. Each link takes the address's query along, so that where somebody came from is not lost.
for (const nav of document.querySelectorAll("[data-languages]")) {
  const links = [...nav.querySelectorAll("a[data-language]")];
  const here = document.documentElement.lang;
  const wanted = navigator.languages
    .map((tag) => tag.toLowerCase().split("-")[0])
    .find((language) => language === here || links.some((link) => link.hreflang === language));
  for (const link of links) {
    link.search = location.search;
    if (link.hreflang !== wanted) continue;
    link.textContent = link.dataset.language;
    link.classList.add("language-wanted");
  }
}
