import type { Child } from "hono/jsx";
import { Document, dashboardStyles, PRODUCT_NAME, SkipLink } from "../ui/document";
import type { Locale, T } from "../ui/i18n";
import { LanguageLinks } from "../ui/plain-page";
import { Swell } from "../ui/swell";
import { exampleOf } from "./example";
import { schemaOf } from "./openapi";
import { quickstarts } from "./quickstart";
import { resources } from "./resources";
import type { Call, Resource } from "./types";

type Words = { t: T; locale: Locale };

/** The frame speaks the reader's language; the reference itself is English, and says so. */
function Frame({
  t,
  locale,
  title,
  current,
  head,
  styles = [],
  children,
}: Words & { title: string; current: string; head?: Child; styles?: readonly string[]; children: Child }) {
  return (
    <Document
      locale={locale}
      title={`${title} · ${PRODUCT_NAME}`}
      isIndexed
      styles={[...dashboardStyles, "/css/reference.css", ...styles]}
      head={head}
      bodyClass="plain reference"
    >
      <SkipLink t={t} />
      <header class="plain-header">
        <a class="wordmark" href="/">
          <Swell />
          <span class="wordmark-name">{PRODUCT_NAME}</span>
        </a>
        <nav class="reference-ways" aria-label={t("reference.ways")}>
          <a href="/docs/v2" aria-current={current === "start" ? "page" : undefined}>
            {t("reference.guide")}
          </a>
          <a href="/docs/api" aria-current={current === "try" ? "page" : undefined}>
            {t("reference.try")}
          </a>
        </nav>
      </header>
      <main id="main" class="plain-main reference-main" tabindex={-1}>
        {locale === "en" ? null : <p class="reference-note">{t("reference.inEnglish")}</p>}
        {children}
      </main>
      <footer class="plain-footer">
        <LanguageLinks t={t} locale={locale} />
      </footer>
    </Document>
  );
}

/** Whoever has only a keyboard scrolls it by focusing it (WCAG 2.1.1). */
function Code({ label, children }: { label: string; children: string }) {
  return (
    <section class="reference-code" tabindex={0} aria-label={label}>
      <pre>
        <code>{children}</code>
      </pre>
    </section>
  );
}

/** Words with `code` in them. */
function Prose({ text }: { text: string }) {
  return <p>{text.split("`").map((part, index) => (index % 2 === 0 ? part : <code>{part}</code>))}</p>;
}

/** Where people begin: what the API is, three quick starts, and every resource. */
export function StartPage({ t, locale, base }: Words & { base: string }) {
  return (
    <Frame {...{ t, locale }} title={t("reference.title")} current="start">
      <h1>{t("reference.title")}</h1>
      <p>{t("reference.lead")}</p>
      <dl class="reference-facts">
        <dt>{t("reference.address")}</dt>
        <dd>
          <code>{base}</code>
        </dd>
        <dt>{t("reference.key")}</dt>
        <dd>{t("reference.keyText")}</dd>
        <dt>{t("reference.pace")}</dt>
        <dd>{t("reference.paceText")}</dd>
      </dl>
      <section aria-labelledby="quick">
        <h2 id="quick">{t("reference.quick")}</h2>
        <div lang="en">
          {quickstarts.map(({ name, title, code }) => (
            <details class="reference-quick" open={name === "curl"}>
              <summary>{title}</summary>
              <Code label={title}>{code}</Code>
            </details>
          ))}
        </div>
      </section>
      <section aria-labelledby="resources">
        <h2 id="resources">{t("reference.resources")}</h2>
        <ul class="reference-list" lang="en">
          {resources.map(({ name, title, about }) => (
            <li>
              <a href={`/docs/v2/${name}`}>{title}</a>
              <Prose text={about[0] ?? ""} />
            </li>
          ))}
        </ul>
      </section>
    </Frame>
  );
}

/** The page of one resource: what it is, what can be done with it, what may be said of it, and what the server answers. */
export function ResourcePage({ t, locale, resource }: Words & { resource: Resource }) {
  const { title, about, calls, rels } = resource;
  return (
    <Frame {...{ t, locale }} title={title} current="resource">
      <p class="reference-up">
        <a href="/docs/v2">{t("reference.title")}</a>
      </p>
      <div lang="en">
        <h1>{title}</h1>
        {about.map((text) => (
          <Prose text={text} />
        ))}
        {rels.length > 0 ? (
          <Prose text={`Relations that lead here: ${rels.map((rel) => `\`${rel}\``).join(", ")}`} />
        ) : null}
        {calls.map((call) => (
          <CallSection call={call} />
        ))}
      </div>
    </Frame>
  );
}

function CallSection({ call }: { call: Call }) {
  const { method, path, summary, body, filters = [], isDeferrable, isBlind } = call;
  const example = exampleOf(`${method} ${path}`);
  const id = `${method}${path.replace(/[/{}]+/g, "-")}`.toLowerCase();
  return (
    <section class="reference-call" aria-labelledby={id}>
      <h2 id={id}>{summary}</h2>
      <p class="reference-path">
        <span class={`reference-method reference-${method.toLowerCase()}`}>{method}</span> <code>{path}</code>
      </p>
      {filters.length > 0 ? (
        <Prose text={`Filters: ${filters.map((name) => `\`${name}\``).join(", ")}`} />
      ) : null}
      {isDeferrable ? (
        <Prose text="With `?background_request=true` it answers `{}` at once and works later." />
      ) : null}
      {isBlind ? <p>Browsers may call it without a key.</p> : null}
      {body ? <Fields schema={schemaOf(body)} /> : null}
      {example?.request === undefined ? null : (
        <details>
          <summary>A request</summary>
          <Code label={`Request: ${summary}`}>{JSON.stringify(example.request, null, 2)}</Code>
        </details>
      )}
      {example ? (
        <details>
          <summary>What the server answered</summary>
          <Code label={`Answer: ${summary}`}>{JSON.stringify(example.response, null, 2)}</Code>
        </details>
      ) : null}
    </section>
  );
}

/** What may be said in a body, by the schema that validates it. */
function Fields({ schema }: { schema: Record<string, unknown> }) {
  const fields = Object.entries(isRecord(schema.properties) ? schema.properties : {});
  return (
    <div class="table-frame">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(([name, about]) => (
            <tr>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>{typeOf(about)}</td>
              <td>{isRecord(about) && typeof about.description === "string" ? about.description : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function typeOf(about: unknown): string {
  if (!isRecord(about)) return "any";
  const either = [about.anyOf, about.oneOf].find(Array.isArray);
  if (either) return [...new Set(either.map(typeOf))].join(" or ");
  if (about.type === "array") return `list of ${typeOf(about.items)}`;
  const most = typeof about.maxLength === "number" ? `, ${about.maxLength} characters at most` : "";
  if (Array.isArray(about.enum)) return about.enum.map((value) => `"${value}"`).join(", ");
  return typeof about.type === "string" ? `${about.type}${most}` : "any";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Everything to try out against this server. Without script there is the guide. */
export function ReferencePage({ t, locale, description }: Words & { description: string }) {
  return (
    <Frame
      {...{ t, locale }}
      title={t("reference.try")}
      current="try"
      styles={["/reference/swagger-ui.css", "/css/reference-viewer.css"]}
      head={
        <>
          <script src="/reference/swagger-ui-bundle.js" defer />
          <script type="module" src="/js/reference.js" />
        </>
      }
    >
      <h1>{t("reference.try")}</h1>
      <p>{t("reference.tryLead")}</p>
      <div id="reference" data-description={description} lang="en">
        <p>
          {t("reference.noScript")} <a href={description}>openapi.json</a>
        </p>
      </div>
    </Frame>
  );
}
