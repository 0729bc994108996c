// Tells the page that shows this one in a frame how high it is, and whether somebody has just acted; nothing about anybody.
const state = document.querySelector("[data-embed]")?.dataset.embed;
const news = { fresh: "loaded", thanks: "submitted" };

const tell = (groundswell) => {
  const height = document.documentElement.getBoundingClientRect().height;
  parent.postMessage({ groundswell, height }, "*");
};

// A browser lets a form that comes back take the focus in its own pages alone.
if (state === "again") document.querySelector("[autofocus]")?.focus();

if (parent !== window) {
  tell(news[state] ?? "resized");
  new ResizeObserver(() => tell("resized")).observe(document.documentElement);
}
