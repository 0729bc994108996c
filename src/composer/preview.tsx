import type { Preview } from "../mailings/content";
import type { MemberContext } from "./web";

/** A mail may show pictures of the web and have styles; it runs nothing, sends nothing, and only our own pages frame it. */
const POLICY =
  "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; font-src https:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups";

/** What a mail looks like, as a page of its own. */
export function answerPreview(c: MemberContext, { html, problem }: Preview): Response | Promise<Response> {
  c.header("Content-Security-Policy", POLICY);
  c.header("Cache-Control", "private, no-store");
  if (problem === null) return c.html(html);
  return c.html(
    <html lang={c.var.locale}>
      <body>
        <p>{c.var.t("composer.preview.broken")}</p>
        <pre>{problem}</pre>
      </body>
    </html>,
  );
}
