import { html, raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { Locale } from "./i18n";
import { DEFAULT_ACCENT, inkOn, isAccent } from "./theme";

/** One block of a transactional mail. Mails are written as blocks so that HTML and plain text say the same. */
export type EmailBlock =
  | { kind: "heading"; text: string }
  /** Empty lines part paragraphs, single line breaks stay. */
  | { kind: "text"; text: string }
  | { kind: "button"; label: string; href: string }
  | { kind: "link"; label: string; href: string }
  | { kind: "list"; items: readonly string[] }
  | { kind: "small"; text: string }
  /** Markup that was sanitised before, with its words. */
  | { kind: "html"; html: string; text: string };

export type EmailContent = {
  locale: Locale;
  subject: string;
  /** The grey words after the subject in a list of mails. */
  preheader?: string;
  /** Who writes, at the top: the group or the product. */
  from: string;
  /** The group's colour, `#rrggbb`. */
  accent?: string | null;
  blocks: readonly EmailBlock[];
  /** Why this came, the postal address, how to stop it. */
  footer: readonly (string | { label: string; href: string })[];
};

/** A transactional mail: table layout and inlined styles for old readers, and its plain-text twin. */
export function renderEmail(content: EmailContent): { subject: string; html: string; text: string } {
  const subject = content.subject.replace(/\s+/g, " ").trim();
  return { subject, html: emailHtml({ ...content, subject }), text: emailText(content) };
}

/** The plain-text twin, in the same order, lines ended by LF. */
function emailText(content: EmailContent): string {
  const footer = content.footer.map((part) =>
    typeof part === "string" ? part : `${part.label}: ${part.href}`,
  );
  return `${[...content.blocks.map(textOf), "-- ", footer.join("\n")].join("\n\n")}\n`;
}

function textOf(block: EmailBlock): string {
  switch (block.kind) {
    case "heading":
    case "text":
    case "small":
    case "html":
      return block.text;
    case "button":
    case "link":
      return `${block.label}:\n${block.href}`;
    case "list":
      return block.items.map((item) => `- ${item}`).join("\n");
  }
}

const font = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const body = `${font};font-size:17px;line-height:1.5;color:#221d18`;
const small = `${font};font-size:14px;line-height:1.5;color:#5c554d`;

// Readers that know dark mode follow these; those that invert colours themselves find plain colours to invert.
const darkStyle = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){.e-page{background:#171310!important}.e-sheet{background:#221d19!important}
.e-ink,.e-ink a,.e-ink h1,.e-ink p{color:#f1ece4!important}.e-soft,.e-soft a{color:#b9b1a6!important}.e-button a{border-color:#f1ece4!important}}`;

function emailHtml(content: EmailContent): string {
  const document = (
    <html lang={content.locale} dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{content.subject}</title>
        <style>{raw(darkStyle)}</style>
      </head>
      <body class="e-page" style="margin:0;padding:0;background:#f4efe7">
        {content.preheader ? (
          <div style="display:none;max-height:0;overflow:hidden;mso-hide:all">{content.preheader}</div>
        ) : null}
        <Table class="e-page" style="background:#f4efe7">
          <td align="center" style="padding:24px 12px">
            <Table class="e-sheet" style="max-width:560px;background:#ffffff;border-radius:8px">
              <td style="padding:28px 24px 12px">
                <EmailBody content={content} />
              </td>
            </Table>
            <EmailFooter footer={content.footer} />
          </td>
        </Table>
      </body>
    </html>
  );
  return String(html`<!doctype html>${document}`);
}

function Table(props: { class: string; style: string; children: Child }) {
  return (
    <table
      role="presentation"
      width="100%"
      cellpadding="0"
      cellspacing="0"
      border={0}
      class={props.class}
      style={props.style}
    >
      <tbody>
        <tr>{props.children}</tr>
      </tbody>
    </table>
  );
}

function EmailBody({ content }: { content: EmailContent }) {
  const accent = content.accent && isAccent(content.accent) ? content.accent : DEFAULT_ACCENT;
  return (
    <>
      <p
        class="e-ink"
        style={`margin:0 0 20px;padding:0 0 12px;border-bottom:4px solid ${accent};${body};font-weight:700`}
      >
        {content.from}
      </p>
      {content.blocks.map((block) => (
        <Block block={block} accent={accent} />
      ))}
    </>
  );
}

function Block({ block, accent }: { block: EmailBlock; accent: string }) {
  switch (block.kind) {
    case "heading":
      return (
        <h1 class="e-ink" style={`margin:0 0 16px;${body};font-size:24px;line-height:1.2;font-weight:800`}>
          {block.text}
        </h1>
      );
    case "text":
      return <Paragraphs text={block.text} class="e-ink" style={`margin:0 0 16px;${body}`} />;
    case "small":
      return <Paragraphs text={block.text} class="e-soft" style={`margin:0 0 16px;${small}`} />;
    case "button":
      return <EmailButton {...block} accent={accent} />;
    case "link":
      return (
        <p class="e-ink" style={`margin:0 0 16px;${body};word-break:break-word`}>
          <a href={block.href} style="color:inherit;font-weight:600">
            {block.label}
          </a>
        </p>
      );
    case "list":
      return (
        <ul class="e-ink" style={`margin:0 0 16px;padding:0 0 0 20px;${body}`}>
          {block.items.map((item) => (
            <li>{item}</li>
          ))}
        </ul>
      );
    case "html":
      return (
        <div class="e-ink" style={body}>
          {raw(block.html)}
        </div>
      );
  }
}

function Paragraphs({ text, ...attributes }: { text: string; class: string; style: string }) {
  return (
    <>
      {text.split(/\n{2,}/).map((paragraph) => (
        <p {...attributes}>
          {paragraph.split("\n").map((line, index) => (
            <>
              {index > 0 ? <br /> : null}
              {line}
            </>
          ))}
        </p>
      ))}
    </>
  );
}

function EmailButton({ label, href, accent }: { label: string; href: string; accent: string }) {
  const ink = inkOn(accent);
  const style = `display:inline-block;padding:13px 22px;${font};font-size:17px;line-height:1.2;font-weight:700;color:${ink};background:${accent};border:2px solid #221d18;border-radius:6px;text-decoration:none`;
  return (
    <table role="presentation" cellpadding="0" cellspacing="0" border={0} style="margin:4px 0 20px">
      <tbody>
        <tr>
          <td class="e-button" bgcolor={accent} style="border-radius:6px">
            <a href={href} style={style}>
              {label}
            </a>
          </td>
        </tr>
      </tbody>
    </table>
  );
}

function EmailFooter({ footer }: Pick<EmailContent, "footer">) {
  return (
    <Table class="e-foot" style="max-width:560px">
      <td style="padding:16px 24px">
        {footer.map((part) => (
          <p class="e-soft" style={`margin:0 0 8px;${small}`}>
            {typeof part === "string" ? (
              part
            ) : (
              <a href={part.href} style="color:#5c554d">
                {part.label}
              </a>
            )}
          </p>
        ))}
      </td>
    </Table>
  );
}
