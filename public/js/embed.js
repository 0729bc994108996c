/*
 * Shows actions of a Groundswell group in the pages of another site. Two ways in:
 *   <groundswell-action href="https://group.example/petitions/clean-air">…a link for browsers without script…</groundswell-action>
 *   an old embed code: a script of /widgets/… that names its action in `groundswellWidgets`, and a <div id="can-…-area-…">.
 * Needs no other script and works under a strict Content-Security-Policy: no eval, no inline style, Trusted Types if asked for.
 * What this file and the server say to each other may only grow: pages that name the hash of an edition keep it for years.
 */
(() => {
  const TAG = "groundswell-action";
  self.groundswellWidgets ??= [];
  const queue = self.groundswellWidgets;
  const own = document.currentScript?.src;
  if (own) queue.push({ origin: new URL(own).origin });
  if (customElements.get(TAG)) return;

  /** Where actions may come from: the hosts whose script the page runs, so that an element alone can bring no one else's. */
  const origins = new Set();
  const FRAME_HEIGHT = 700;
  const FRAME_HEIGHT_MAX = 20_000;

  let policy = null;
  const parse = (html) => {
    policy ??= self.trustedTypes?.createPolicy("groundswell", { createHTML: (text) => text }) ?? {
      createHTML: (text) => text,
    };
    const template = document.createElement("template");
    template.innerHTML = policy.createHTML(html);
    return document.importNode(template.content, true);
  };

  /** Tells the page, without a word about the person: real events, so that jQuery hears them too. */
  const tell = (embed, name) => {
    const options = { bubbles: true, composed: true, detail: { action: embed.url.pathname.slice(1) } };
    embed.element.dispatchEvent(new CustomEvent(`groundswell:${name}`, options));
    document.dispatchEvent(new Event(`can_embed_${name}`));
  };

  const ask = (address, body) =>
    fetch(address, {
      headers: { Accept: "application/json" },
      credentials: "omit",
      ...(body ? { method: "POST", body } : {}),
    });

  /** An address below the action's own: with the query of the link, and what this embed adds to it. */
  const below = ({ url, look, layout, source }, name) => {
    const address = new URL(`${url.pathname.replace(/\/$/, "")}/${name}${url.search}`, url);
    const code =
      url.searchParams.get("source") || new URLSearchParams(location.search).get("source") || source;
    for (const [key, value] of Object.entries({ look, layout, source: code }))
      if (value) address.searchParams.set(key, value);
    return address;
  };

  async function open(embed) {
    try {
      const reply = await ask(below(embed, "embed.json"));
      if (!reply.ok) return;
      show(embed, await reply.json());
      tell(embed, "loaded");
    } catch {
      // The page forbids it or there is no connection; the link that stands there leads to the action all the same.
    }
  }

  function show(embed, { html, css, formId, words }) {
    Object.assign(embed, { formId, words });
    if (embed.look === "site") {
      embed.root = embed.element;
    } else if (!embed.root) {
      embed.root = embed.element.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      embed.root.adoptedStyleSheets = [sheet];
    }
    embed.root.replaceChildren(parse(html));
    ready(embed);
    if (embed.isBound) return;
    embed.isBound = true;
    embed.root.addEventListener("submit", (event) => send(embed, event));
    embed.root.addEventListener("change", () => showConditions(embed.root));
    embed.root.addEventListener("click", (event) => jump(embed, event));
  }

  /** After every change of what is shown. */
  function ready({ root, look, formId }) {
    if (look === "site") nameAsBefore(root, formId);
    for (const words of root.querySelectorAll("[data-if-words]")) words.hidden = true;
    showConditions(root);
  }

  /** Links to fields (of the list of problems) cannot reach into a shadow, and must not change the page's own address. */
  function jump({ root }, event) {
    const href = event.target.closest?.("a")?.getAttribute("href");
    if (!href?.startsWith("#")) return;
    event.preventDefault();
    root.querySelector(`[id="${CSS.escape(href.slice(1))}"]`)?.focus();
  }

  async function send(embed, event) {
    const form = event.target;
    // Forms that lead elsewhere go there.
    if (form.hasAttribute("action")) return;
    event.preventDefault();
    if (embed.isSending) return;
    embed.isSending = true;
    const fields = new FormData(form);
    const pressed = event.submitter;
    if (pressed?.name) fields.set(pressed.name, pressed.value);
    fields.set("referrer", location.origin + location.pathname);
    form.setAttribute("aria-busy", "true");
    try {
      const reply = await ask(below(embed, "embed"), new URLSearchParams(fields));
      await take(embed, form, await reply.json());
    } catch {
      say(embed, form, embed.words.failed);
    } finally {
      embed.isSending = false;
      form.removeAttribute("aria-busy");
    }
  }

  async function take(embed, form, reply) {
    const { root } = embed;
    if (reply.isTaken) tell(embed, "submitted");
    if (reply.form) {
      form.replaceChildren(...parse(reply.form).querySelector("form").childNodes);
      ready(embed);
      root.querySelector("[autofocus]")?.focus();
    } else if (reply.thanks) {
      const thanks = document.createElement("div");
      thanks.tabIndex = -1;
      thanks.append(parse(reply.thanks));
      form.closest("[data-embed]").replaceChildren(thanks);
      thanks.focus();
      thanks.scrollIntoView({ block: "nearest" });
    } else if (reply.next) {
      embed.url = new URL(reply.next, embed.url);
      await open(embed);
    } else if (reply.goOn && /^https?:/.test(reply.goOn)) {
      location.assign(reply.goOn);
    } else {
      say(embed, form, reply.error?.message ?? embed.words.failed);
    }
  }

  /** One sentence above the form, read aloud. */
  function say({ root }, form, words) {
    root.querySelector("[data-embed-says]")?.remove();
    const line = document.createElement("p");
    line.setAttribute("role", "alert");
    line.dataset.embedSays = "";
    line.className = "error-summary";
    line.textContent = words;
    form.before(line);
  }

  /** The same rule as conditions.js: a question for some is shown while one of the answers it depends on is given. */
  function showConditions(root) {
    for (const part of root.querySelectorAll("[data-if]")) {
      const fields = [...part.closest("form").elements].filter(({ name }) => name === part.dataset.if);
      const anyOf = JSON.parse(part.dataset.ifAny);
      part.hidden = !fields.some(
        (field) =>
          (/^(checkbox|radio)$/.test(field.type) ? field.checked : true) &&
          anyOf.includes(field.value) &&
          !field.closest("[data-if][hidden]"),
      );
    }
  }

  const FIELDS = {
    givenName: "first_name",
    familyName: "last_name",
    postalCode: "zip_code",
    locality: "city",
    region: "state",
    comment: "comments",
  };
  const CLASSES = {
    ".field": "controls",
    "label, legend": "control-label",
    ".choice": "check_radio_field",
    select: "can_select",
    "select[name=country]": "js-international_link_country",
    "[aria-invalid]:not([type=checkbox], [type=radio])": "error_input",
    "[aria-invalid]:is([type=checkbox], [type=radio])": "error_checkbox",
  };

  /** The ids and classes by which site owners have styled and scripted embedded forms for years. */
  function nameAsBefore(root, formId) {
    const form = root.querySelector("form:not([action])");
    if (!form) return;
    form.id = formId;
    const renamed = (text) =>
      text.replace(/(^|[\s#])f-([a-z]*)/gi, (_, before, name) => `${before}form-${FIELDS[name] ?? name}`);
    for (const name of ["id", "for", "aria-describedby", "aria-labelledby", "href"])
      for (const element of form.querySelectorAll(`[${name}*="f-"]`)) {
        const value = element.getAttribute(name);
        if (name !== "href" || value.startsWith("#")) element.setAttribute(name, renamed(value));
      }
    for (const [selector, names] of Object.entries(CLASSES))
      for (const element of form.querySelectorAll(selector)) element.classList.add(names);
    form.querySelector("[name=country]")?.closest(".field")?.classList.add("country_drop_wrap");
    // No style hides it here.
    for (const trap of form.querySelectorAll(".honeypot")) trap.hidden = true;
    const consent = form.querySelector("[name=consent]")?.closest(".field");
    if (consent) consent.id = "d_sharing";
    for (const button of form.querySelectorAll("button[type=submit]:not([name])")) {
      const input = document.createElement("input");
      input.type = "submit";
      input.name = "commit";
      input.className = `${button.className} can_button`;
      input.value = button.textContent.trim();
      button.replaceWith(input);
    }
  }

  /** The action's page for frames, as high as what is in it. */
  function openFrame(embed) {
    const frame = document.createElement("iframe");
    frame.src = below(embed, "embed");
    frame.title = embed.element.textContent.trim() || embed.url.pathname;
    frame.width = "100%";
    frame.height = FRAME_HEIGHT;
    frame.frameBorder = "0";
    addEventListener("message", ({ source, origin, data }) => {
      if (source !== frame.contentWindow || origin !== embed.url.origin || !data?.groundswell) return;
      const { height, groundswell: name } = data;
      if (height > 0) frame.height = Math.min(Math.ceil(height), FRAME_HEIGHT_MAX);
      if (name === "loaded" || name === "submitted") tell(embed, name);
    });
    embed.element.replaceChildren(frame);
  }

  customElements.define(
    TAG,
    class extends HTMLElement {
      connectedCallback() {
        this.start();
      }

      start() {
        const href = this.getAttribute("href");
        if (this.isStarted || !this.isConnected || !href || !URL.canParse(href, location.href)) return;
        const url = new URL(href, location.href);
        if (!origins.has(url.origin)) return;
        this.isStarted = true;
        const [look, layout, source] = ["look", "layout", "source"].map((name) => this.getAttribute(name));
        if (look === "frame") openFrame({ element: this, url, source });
        else open({ element: this, url, look, layout, source });
      }
    },
  );

  const filled = new WeakSet();

  /** Fills the place of an old embed code, whenever it comes to be there. */
  function fillArea(widget) {
    const element = document.getElementById(widget.area);
    if (!element) return false;
    if (filled.has(element)) return true;
    filled.add(element);
    if (element.childElementCount === 0) {
      const link = document.createElement("a");
      link.href = widget.href;
      link.textContent = widget.title;
      element.append(link);
    }
    open({ element, url: new URL(widget.href), look: "site", layout: widget.layout, source: widget.source });
    return true;
  }

  /** What scripts of this page name, now or later: an origin actions may come from, or an action and its place. */
  const start = (named) => {
    if (named.origin) {
      origins.add(named.origin);
      for (const element of document.querySelectorAll(TAG)) element.start?.();
      return;
    }
    if (fillArea(named)) return;
    const observer = new MutationObserver(() => fillArea(named) && observer.disconnect());
    observer.observe(document, { childList: true, subtree: true });
  };
  for (const named of queue) start(named);
  queue.push = start;
})();
