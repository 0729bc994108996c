import { describe, expect, it } from "vitest";
import { makeGroup } from "../../test/groups";
import { makePetition, snapshotOf } from "../../test/petitions";
import { translator } from "../ui/i18n";
import { petition } from "./petition";
import type { PetitionSettings } from "./types";

const { group } = await makeGroup();

async function story(settings: Partial<PetitionSettings>): Promise<string> {
  const snapshot = await snapshotOf(group, await makePetition(group, { settings }));
  const t = translator("en");
  const props = {
    t,
    snapshot,
    count: { total: 0, recent: [] },
    form: { values: {}, errors: {} },
    source: "",
    isPreview: false,
  };
  return String(petition.Story(props));
}

describe("the story of a petition", () => {
  it("says to whom it is and what it asks, with the paragraphs and lines it was written in", async () => {
    const html = await story({
      targets: [{ name: "Helen Brandt", title: "Mayor" }],
      ask: "One\ntwo\n\nthree",
    });
    expect(html).toMatch(/<strong>Helen Brandt<\/strong>.* Mayor/);
    expect(html).toContain('<p dir="auto">One<br/>two</p><p dir="auto">three</p>');
  });

  it("lets nothing in it become markup", async () => {
    const nasty = "<script>alert(1)</script>";
    expect(
      await story({
        targets: [{ name: nasty, title: nasty }],
        ask: `${nasty}\n\n<img src=x onerror=alert(1)>`,
      }),
    ).not.toMatch(/<script|<img/);
  });

  it("leaves out what is not written yet", async () => {
    expect(await story({ targets: [], ask: " " })).toBe('<section class="petition"></section>');
  });
});

describe("a petition", () => {
  it("may be published once it says to whom it is and what it asks", async () => {
    const reasons = async (settings: Partial<PetitionSettings>) =>
      petition.reasonsNotToPublish(await makePetition(group, { settings }), 0);
    expect(await reasons({})).toEqual([]);
    expect(await reasons({ targets: [] })).toEqual(["petitions.reasons.noTarget"]);
    expect(await reasons({ ask: "\n" })).toEqual(["petitions.reasons.noAsk"]);
  });
});
