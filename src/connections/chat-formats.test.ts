import { describe, expect, it } from "vitest";
import { bodyFor, say } from "./chat-formats";
import { type Notice, services } from "./chat-types";

const HOSTILE =
  '<!channel> @everyone <@123> [click](https://evil.example) *bold* `code` & "x" <script>alert(1)</script>\nnext';
const place = { group: "Riverside", href: "https://platform.example/groups/riverside" };
const said = say(
  { is: "published", title: HOSTILE, url: "https://riverside.example/petitions/air" },
  "en",
  place,
);

describe("what a chat is told", () => {
  it("is text in Slack: no link, no channel, no person of a title's own", () => {
    const { text } = bodyFor("slack", said);
    const links = [...String(text).matchAll(/<[^>]*>/g)].map(([link]) => link);
    expect(links).toEqual(["<https://riverside.example/petitions/air>"]);
    expect(text).toContain("&lt;!channel&gt;");
    expect(text).toContain("&amp;");
  });

  it("calls nobody in Discord, and is not dressed", () => {
    const body = bodyFor("discord", said);
    expect(body.allowed_mentions).toEqual({ parse: [] });
    expect(body.content).toContain("\\[click\\]\\(https\\:");
    expect(String(body.content).length).toBeLessThanOrEqual(2_000);
  });

  it("has no names that Mattermost would call", () => {
    expect(String(bodyFor("mattermost", said).text)).not.toMatch(/@[a-z0-9]/);
  });

  it("is escaped in the HTML of Matrix, and plain beside it", () => {
    const { html, text } = bodyFor("matrix", said);
    expect(html).not.toContain("<script>");
    expect([...String(html).matchAll(/<(\w+)/g)].map(([, name]) => name)).toEqual(["br", "br", "a"]);
    expect(text).toContain("<script>");
  });

  it("is a card with one way on in Teams", () => {
    const text = JSON.stringify(bodyFor("teams", said));
    expect(text).toContain("application/vnd.microsoft.card.adaptive");
    expect(text).toContain("\\\\[click\\\\]");
    expect([...text.matchAll(/"url":"([^"]+)"/g)].map(([, url]) => url)).toEqual([
      "https://riverside.example/petitions/air",
    ]);
  });

  it("fits every service however long a title is", () => {
    const long = say({ is: "comments", title: "_".repeat(5_000), url: place.href, count: 2 }, "fr", place);
    for (const service of services)
      expect([service, JSON.stringify(bodyFor(service, long)).length < 8_000]).toEqual([service, true]);
    expect(String(bodyFor("discord", long).content).length).toBeLessThanOrEqual(2_000);
  });

  it("is said in three languages, with numbers as people write them there", () => {
    const notice = { is: "milestone", title: "Air", url: place.href, count: 1_000 } as const;
    expect(say(notice, "en", place).text).toBe("Air has passed 1,000.");
    expect(say(notice, "fr", place).text.replace(/\s/g, " ")).toBe("Air a dépassé 1 000.");
    const daily: Notice = { is: "daily", url: place.href, count: 3, actions: [{ title: "Air", count: 3 }] };
    expect(say(daily, "es", place).text).toBe("Riverside: 3 personas participaron desde ayer.\nAir: 3");
  });
});
