type FrameForm = {
  /** Where the form is sent, with the source it is to be told. */
  action: string;
  /** The page around, for browsers whose script does not say it. */
  referrer: string;
};

/**
 * HTML of ours for inside another page: addresses are whole, and what leads away opens beside the page it stands in. Links
 * within what is shown stay as they are.
 */
export async function outward(html: string, origin: string, form?: FrameForm): Promise<string> {
  const whole = (element: Element, name: string) => {
    const value = element.getAttribute(name);
    if (value?.startsWith("/") && !value.startsWith("//")) element.setAttribute(name, origin + value);
  };
  const away = (element: Element) => {
    if (element.getAttribute("target") === null) element.setAttribute("target", "_blank");
  };
  const rewriter = new HTMLRewriter()
    .on("a[href]", {
      element(link) {
        if (link.getAttribute("href")?.startsWith("#")) return;
        whole(link, "href");
        away(link);
        link.setAttribute("rel", "noopener");
      },
    })
    .on("form[action]", {
      element(leading) {
        whole(leading, "action");
        away(leading);
      },
    })
    .on("img[src]", { element: (image) => whole(image, "src") });
  if (form) tellForm(rewriter, form);
  return rewriter.transform(new Response(html)).text();
}

function tellForm(rewriter: HTMLRewriter, { action, referrer }: FrameForm): void {
  rewriter
    .on("form:not([action])", { element: (form) => void form.setAttribute("action", escaped(action)) })
    .on("input[data-referrer]", {
      element(field) {
        if (referrer && !field.getAttribute("value")) field.setAttribute("value", escaped(referrer));
      },
    });
}

/** `setAttribute` sees to quotation marks alone; what it is given is HTML otherwise. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;");
}
