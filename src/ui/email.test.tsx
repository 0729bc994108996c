import { expect, test } from "vitest";
import { type EmailContent, renderEmail } from "./email";

const content: EmailContent = {
  locale: "fr",
  subject: "Votre lien",
  from: "Groundswell",
  blocks: [
    { kind: "heading", text: "Connectez-vous" },
    { kind: "text", text: "Bonjour,\nAna\n\nVoici votre lien." },
    { kind: "button", label: "Me connecter", href: "https://example.org/a?b=1&c=2" },
    { kind: "list", items: ["une", "deux"] },
    { kind: "html", html: "<p>Merci <b>beaucoup</b></p>", text: "Merci beaucoup" },
  ],
  footer: ["12 rue Haute", { label: "Ne plus recevoir", href: "https://example.org/leave" }],
};

test("the plain text says all that the HTML says, in the same order, with every address", () => {
  expect(renderEmail(content).text).toBe(
    [
      "Connectez-vous",
      "Bonjour,\nAna\n\nVoici votre lien.",
      "Me connecter:\nhttps://example.org/a?b=1&c=2",
      "- une\n- deux",
      "Merci beaucoup",
      "-- ",
      "12 rue Haute\nNe plus recevoir: https://example.org/leave\n",
    ].join("\n\n"),
  );
});

test("paragraphs and line breaks survive in the HTML", () => {
  const { html } = renderEmail(content);
  expect(html).toMatch(/^<!doctype html><html lang="fr"/);
  expect(html).toMatch(/>Bonjour,<br\/>Ana<\/p><p[^>]*>Voici votre lien\.<\/p>/);
  expect(html).toContain("<p>Merci <b>beaucoup</b></p>");
});

test("a subject is one line, whatever it was made of", () => {
  expect(renderEmail({ ...content, subject: " Merci\r\nBcc: all@example.org " }).subject).toBe(
    "Merci Bcc: all@example.org",
  );
});

test("text stays text and only a real colour reaches a style", () => {
  const { html } = renderEmail({
    ...content,
    from: "<script>",
    accent: "red;background:url(//x)",
    blocks: [
      { kind: "text", text: "<img src=x>" },
      { kind: "button", label: "<b>", href: '"><script>' },
    ],
  });
  expect(html).not.toMatch(/<script|<img|url\(|<b>/);
});

test("words on the button can be read on the group's colour", () => {
  expect(renderEmail({ ...content, accent: "#1d3a8f" }).html).toContain("color:#ffffff;background:#1d3a8f");
  expect(renderEmail({ ...content, accent: "#ffe08a" }).html).toContain("color:#000000;background:#ffe08a");
});
