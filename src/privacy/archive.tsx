import { downloadZip } from "client-zip";
import { raw } from "hono/html";
import type { Group } from "../groups/types";
import type { Locale, T } from "../ui/i18n";
import type { Held, Row } from "./everything";
import { HeldTables } from "./held-views";

/** What an archive of one person holds: everything twice, to read and for other software. */
export async function archiveOf(
  t: T,
  locale: Locale,
  about: { group: Pick<Group, "name">; held: Held; at: number; filename: string },
): Promise<Response> {
  const { group, held, at, filename } = about;
  const page = await ReadablePage({ t, locale, group, held, at });
  const json = JSON.stringify({ group: group.name, made_at: new Date(at).toISOString(), ...held }, null, 2);
  const date = new Date(at);
  const files = [
    { name: "data.html", input: String(page), lastModified: date },
    { name: "data.json", input: json, lastModified: date },
  ];
  const zip = downloadZip(files);
  return new Response(zip.body, {
    headers: {
      "Content-Type": "application/zip",
      "Content-Disposition": `attachment; filename="${filename}"`,
      "Cache-Control": "private, no-store",
      "X-Content-Type-Options": "nosniff",
    },
  });
}

/** A document of its own, that anybody can open anywhere: no script, no file beside it. */
function ReadablePage(props: { t: T; locale: Locale; group: Pick<Group, "name">; held: Held; at: number }) {
  const { t, locale, group, held, at } = props;
  const title = t("privacy.own.ask.title", { group: group.name });
  return (
    <>
      {raw("<!doctype html>")}
      <html lang={locale}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{title}</title>
          <style>{raw(STYLE)}</style>
        </head>
        <body>
          <h1>{title}</h1>
          <p>{new Date(at).toISOString()}</p>
          <HeldTables t={t} held={held} />
        </body>
      </html>
    </>
  );
}

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}dl{border-top:1px solid #999;padding:.5rem 0;margin:0;display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.2rem 1rem}dt{color:#555}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}";

export type { Row };
