import { describe, expect, it } from "vitest";
import { commonSettings } from "../actions/types";
import { type Group, groupSettings } from "../groups/types";
import { newId } from "../platform/ids";
import { composeReceipt } from "./email";
import type { ReceiptAction } from "./store";

const PAGE = "https://clean-air.example/petitions/clean-air";
const ana = { email: "ana@example.org", givenName: "Ana", familyName: "Ortiz" };

function groupWith(changes: Partial<Group> = {}): Group {
  return {
    no: 1,
    id: newId(),
    slug: "clean-air",
    name: "Clean Air Now",
    shard: "SHARD_00",
    jurisdiction: "",
    timeZone: "America/Toronto",
    currency: "CAD",
    locale: "en",
    country: "CA",
    postalAddress: "12 River Street\nHamilton",
    status: "active",
    settings: groupSettings.parse({ replyTo: "team@clean-air.example" }),
    createdAt: 1,
    ...changes,
  };
}

function actionWith(
  autoresponse: { subject?: string; body?: string; replyTo?: string },
  changes: Partial<ReceiptAction> = {},
) {
  return {
    kind: "petition",
    slug: "clean-air",
    title: "Clean air for Hamilton",
    locale: "en" as const,
    settings: commonSettings.parse({
      autoresponse: { isOn: true, subject: "", body: "", replyTo: "", ...autoresponse },
    }),
    ...changes,
  };
}

describe("the standard wording", () => {
  const mail = composeReceipt(groupWith(), actionWith({}), PAGE)(ana);

  it("thanks by name, says what happens next, and offers the page and a share link of its own", () => {
    expect(mail.subject).toBe("Thank you for adding your name: Clean air for Hamilton");
    expect(mail.html).toContain("<p>Hello Ana,</p>");
    expect(mail.html).toContain("<strong>What happens next.</strong> Clean Air Now goes on");
    expect(mail.html).toContain(`href="${PAGE}"`);
    expect(mail.html).toContain(`href="${PAGE}?source=email"`);
    expect(mail.text).toContain(`on its page (${PAGE}).`);
    expect(mail.text).toContain(`Share it with others:\n${PAGE}?source=email`);
  });

  it("says who writes, from where, why, and how to leave, in both forms", () => {
    for (const part of [mail.html, mail.text]) {
      expect(part).toContain("Clean Air Now · 12 River Street · Hamilton");
      expect(part).toContain("You get this mail once, because this address was used");
      expect(part).toContain("to leave the list of Clean Air Now, answer this mail");
    }
    expect(mail).toMatchObject({
      to: "ana@example.org",
      fromName: "Clean Air Now",
      replyTo: "team@clean-air.example",
    });
  });

  it("says a name once that also begins the postal address", () => {
    const mail = composeReceipt(
      groupWith({ postalAddress: "Clean Air Now\n12 River Street" }),
      actionWith({}),
      PAGE,
    )(ana);
    expect(mail.text).toContain("\nClean Air Now · 12 River Street\n");
  });

  it("greets someone without a name without a gap", () => {
    const nameless = composeReceipt(
      groupWith(),
      actionWith({}),
      PAGE,
    )({ email: "b@example.org", givenName: "", familyName: "" });
    expect(nameless.html).toContain("<p>Hello,</p>");
    expect(nameless.text.startsWith("Hello,\n\nThank you")).toBe(true);
  });

  it("never asks for an answer that nobody would read", () => {
    const noReply = groupWith({ settings: groupSettings.parse({ replyTo: "not an address" }) });
    const mail = composeReceipt(noReply, actionWith({}), PAGE)(ana);
    expect(mail.replyTo).toBeUndefined();
    expect(mail.text).toContain("write to the address below");
    const nowhere = composeReceipt({ ...noReply, postalAddress: "" }, actionWith({}), PAGE)(ana);
    expect(nowhere.text).toContain("follow the link below to reach the group");
  });

  it("speaks the action's language", () => {
    const action = actionWith({}, { locale: "fr", title: "De l’air pour Lyon" });
    const mail = composeReceipt(groupWith({ name: "Air Lyon" }), action, PAGE)({ ...ana, givenName: "Zoé" });
    expect(mail.subject).toMatch(/^Merci d’avoir ajouté votre nom\s: De l’air pour Lyon$/);
    expect(mail.html).toContain('<html lang="fr"');
    expect(mail.html).toContain("<p>Bonjour Zoé,</p>");
    expect(mail.text).toContain("à ajouter un nom à «\u00a0De l’air pour Lyon\u00a0»");
    expect(mail.html).not.toContain("{{");
    const spanish = composeReceipt(groupWith(), actionWith({}, { locale: "es" }), PAGE)(ana);
    expect(spanish.text).toContain("Hola, Ana:");
  });
});

describe("an organiser's own wording", () => {
  const written = (body: string, person = ana) =>
    composeReceipt(groupWith(), actionWith({ body, subject: "Thanks {{first_name|friend}}" }), PAGE)(person);

  it("is Markdown with merge fields", () => {
    const mail = written(
      "**Thanks** {{ full_name }} for *{{action_title}}*!\n\n- one\n- two\n\n[our page]({{page_link}})",
    );
    expect(mail.html).toContain("<strong>Thanks</strong> Ana Ortiz for <em>Clean air for Hamilton</em>!");
    expect(mail.html).toContain(`<a href="${PAGE}"`);
    expect(mail.text).toContain(
      `Thanks Ana Ortiz for Clean air for Hamilton!\n\n- one\n- two\n\nour page (${PAGE})`,
    );
    expect(mail.subject).toBe("Thanks Ana");
  });

  it("falls back where a field is empty or does not exist", () => {
    const mail = written("Dear {{first_name|friend}}, {{nonsense}}{{nonsense|x}}", {
      ...ana,
      givenName: " ",
    });
    expect(mail.text.startsWith("Dear friend, x\n")).toBe(true);
    expect(mail.subject).toBe("Thanks friend");
  });

  it("makes a bare link field a link, and then needs no share button", () => {
    const mail = written("Tell others: {{share_link}}");
    expect(mail.html).toContain(
      `<a href="${PAGE}?source=email" rel="nofollow noopener">${PAGE}?source=email</a>`,
    );
    expect(mail.html).not.toContain("Share it with others");
    expect(mail.text).toContain(`Tell others: ${PAGE}?source=email`);
  });

  it("keeps nothing that runs or loads", () => {
    const mail = written(
      '<script>alert(1)</script><img src="https://track.example/x.gif">\n\n[x](javascript:alert(1)) Words',
    );
    expect(mail.html).not.toMatch(/<script|<img|javascript:/);
    expect(mail.html).toContain("Words");
  });

  it("nested beyond reason is still sent, as words", () => {
    const mail = written(`${">".repeat(9_000)} deep`);
    expect(mail.html).toContain("deep");
    expect(mail.text).toContain("deep");
  });
});

describe("what supporters typed", () => {
  const body = "Hi {{first_name}} [see](https://x.example/?n={{first_name}}) [go]({{last_name}})";
  const written = (givenName: string, familyName = "Ortiz") =>
    composeReceipt(
      groupWith(),
      actionWith({ body, subject: "Hi {{first_name}}" }),
      PAGE,
    )({ ...ana, givenName, familyName });

  it("is text, never markup", () => {
    const mail = written('<b onclick="x">A&B</b>', "x");
    expect(mail.html).toContain("Hi &lt;b onclick=&quot;x&quot;&gt;A&amp;B&lt;/b&gt;");
    expect(mail.html).not.toContain("<b onclick");
    expect(mail.text).toContain('Hi <b onclick="x">A&B</b>');
  });

  it("is never Markdown nor a merge field", () => {
    const mail = written("**Ana** [x](y) {{share_link}}");
    expect(mail.html).toContain("Hi **Ana** [x](y) {{share_link}} ");
  });

  it("cannot decide where a link leads", () => {
    const mail = written("a&b=c#d", "javascript:alert(1)");
    expect(mail.html).toContain('href="https://x.example/?n=a%26b%3Dc%23d"');
    expect(mail.html).not.toContain('href="javascript:');
  });

  it.each(["http://spam.example", "Win at www.spam", "spam.example", "buy-now.example.com today"])(
    "is left out where it reads as a link: %s",
    (name) => {
      const mail = composeReceipt(groupWith(), actionWith({}), PAGE)({ ...ana, givenName: name });
      expect(mail.text.startsWith("Hello,\n")).toBe(true);
      expect(mail.html).not.toContain("spam");
    },
  );

  it("keeps emoji and every script, on one line and of bounded length", () => {
    expect(written("Zoë 🌊 نور").html).toContain("Hi Zoë 🌊 نور ");
    expect(written("A\r\nBcc: x").subject).toBe("Hi A Bcc: x");
    expect(written("J.R.").subject).toBe("Hi J.R.");
    expect(written("a\u202eb").subject).toBe("Hi ab");
    expect(written("🌊".repeat(500)).subject.length).toBeLessThan(70);
  });
});
