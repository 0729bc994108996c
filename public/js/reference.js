// Shows the description of the API with Swagger UI, whose bundle stands before this one. What is tried out goes to this server.
const place = document.getElementById("reference");
const dark = matchMedia("(prefers-color-scheme: dark)");
const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);

dress();
dark.addEventListener("change", dress);
window.SwaggerUIBundle({
  url: place.dataset.description,
  domNode: place,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  validatorUrl: null,
  syntaxHighlight: { activated: false },
  // A key is as good as a password: it stays on the page alone.
  persistAuthorization: false,
  requestInterceptor: (request) => {
    // The server may be known by another name than the one that is being looked at.
    const asked = new URL(request.url, location.href);
    request.url = location.origin + asked.pathname + asked.search;
    return request;
  },
});
