import { expect, test } from "vitest";
import { translator } from "./i18n";
import { Document, PlainPage, Shell } from "./layout";

const html = (node: unknown) => String(node);
const t = translator("fr");
const group = { name: "Riverside Tenants", slug: "riverside" };
const account = { name: "", email: "ana@example.org" };
const shell = (more: object) =>
  html(
    <Shell
      t={t}
      locale="fr"
      title="Actions"
      account={account}
      groups={[group]}
      group={group}
      tab="actions"
      {...more}
    >
      <h1>Actions</h1>
    </Shell>,
  );

test("a document says its language first and needs neither inline script nor style attribute", () => {
  const page = shell({ flash: { kind: "good", text: "Fait" } });
  expect(page).toMatch(/^<!doctype html><html lang="fr" dir="ltr">/);
  expect(page).not.toMatch(/ style="| on\w+="|<script(?![^>]* src=)/);
});

test("a page is out of search engines unless it asks to be in", () => {
  const page = (isIndexed: boolean) =>
    html(
      <Document locale="en" title="T" isIndexed={isIndexed}>
        x
      </Document>,
    );
  expect(page(false)).toContain('<meta name="robots" content="noindex"/>');
  expect(page(true)).not.toContain("noindex");
});

test("titles and descriptions are text wherever they land", () => {
  const text = `"><img src=x>`;
  const page = html(
    <Document
      locale="en"
      title={text}
      description={text}
      social={{ title: text, description: text, siteName: text }}
    >
      x
    </Document>,
  );
  expect(page).not.toContain("<img");
});

test("one tab is marked as the page one is on", () => {
  const page = shell({});
  expect([...page.matchAll(/href="([^"]+)" aria-current="page"/g)].map(([, href]) => href)).toEqual([
    "/groups/riverside/actions",
  ]);
});

test("operations is offered to operators only", () => {
  expect(shell({})).not.toContain('href="/operations"');
  expect(shell({ isOperator: true })).toContain('href="/operations"');
});

test("without a group there is nothing of a group to go to", () => {
  const page = shell({ group: undefined, groups: [] });
  expect(page).not.toMatch(/<nav class="tabs"|\/actions\/new/);
  expect(page).toContain('href="/groups/new"');
});

test("an account without a name goes by its address", () => {
  expect(shell({})).toContain('menu-label-wide">ana@example.org<');
});

test("signing out is a form, so that no link can do it", () => {
  expect(shell({})).toMatch(/<form method="post" action="\/sign-out">/);
});

test("a signed-out page is offered in the other languages, each named in itself", () => {
  const page = html(
    <PlainPage t={t} locale="fr" title="Se connecter">
      <h1>Se connecter</h1>
    </PlainPage>,
  );
  expect(page).toContain('<a href="?lang=es" hreflang="es" lang="es" rel="nofollow">Español</a>');
  expect(page).not.toContain(`href="?lang=fr"`);
});
