// Passkeys for forms with data-passkey="get" (sign in) or "create" (add one). The browser's answer goes into the form,
// which is then sent like any other. Forms that need this stay hidden where the browser cannot do it.

const problemsOfPeople = new Set(["NotAllowedError", "AbortError"]);

/** @param {HTMLFormElement} form */
async function fillIn(form) {
  const reply = await fetch(form.dataset.challenge, {
    method: "POST",
    headers: { Accept: "application/json" },
  });
  if (!reply.ok) throw new Error(`challenge: ${reply.status}`);
  const { options, token } = await reply.json();
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
        });
  form.elements.namedItem("credential").value = JSON.stringify(credential);
  form.elements.namedItem("token").value = token;
}

/** @param {HTMLFormElement} form */
function prepare(form) {
  const problem = form.querySelector("[data-passkey-problem]");
  const button = form.querySelector("button[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    button.disabled = true;
    try {
      await fillIn(form);
      form.submit();
    } catch (error) {
      problem.hidden = false;
      if (!problemsOfPeople.has(error?.name)) throw error;
    } finally {
      button.disabled = false;
    }
  });
  form.parentElement.hidden = false;
}

if (
  window.PublicKeyCredential &&
  "parseCreationOptionsFromJSON" in PublicKeyCredential &&
  "parseRequestOptionsFromJSON" in PublicKeyCredential
) {
  for (const form of document.querySelectorAll("form[data-passkey]")) prepare(form);
}
