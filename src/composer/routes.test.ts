import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { storeAnswers } from "../../test/forms";
import { changeGroup, contextOf } from "../../test/groups";
import { makeOrganisers, type Organiser } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { listAudiences } from "../audiences/audience";
import { saveMailSettings } from "../groups/mail-settings";
import { dbFor, type GroupDb } from "../groups/shard";
import { groupBySlug } from "../groups/store";
import { draftVersionsOf, mailingById, saveSettings, versionsOf } from "../mailings/mailing";
import type { Mailing, MailingId } from "../mailings/types";
import { listSnippets, listTemplates, listWrappers, wrapperById } from "../mailings/wrapper";
import { listMergeFiles } from "../merging/merge-file";
import { takeFromLimits } from "../platform/limits";
import { localTimeAt } from "../platform/local-time";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let db: GroupDb;
let base: string;

beforeAll(async () => {
  team = await makeOrganisers();
  await env.DIRECTORY.prepare("UPDATE groups SET postal_address = '1 Main Street' WHERE group_no = ?")
    .bind(team.group.no)
    .run();
  db = dbFor(contextOf().env, team.group);
  base = `${team.base}/mailings`;
  const petition = await makePetition(team.group);
  await storeAnswers(team.group, petition.no, [
    { email: "amina@supporters.example" },
    { email: "mei@supporters.example" },
  ]);
  await db.d1.prepare("UPDATE people SET email_status = 1 WHERE group_no = ?").bind(team.group.no).run();
});

async function begin(by: Organiser = team.owner, fields: Record<string, string> = {}): Promise<Mailing> {
  const response = await by.post(`${base}/new`, fields);
  return found(idIn(response));
}

function idIn(response: Response): MailingId {
  const id = /mailings\/([0-9a-f-]{36})/.exec(response.headers.get("Location") ?? "")?.[1];
  if (!id) throw new Error(`no mailing in a ${response.status}`);
  return id as MailingId;
}

async function listedPeople(): Promise<{ no: number; email: string }[]> {
  const { results } = await db.d1
    .prepare("SELECT person_no AS no, email FROM people WHERE group_no = ? ORDER BY person_no")
    .bind(team.group.no)
    .run<{ no: number; email: string }>();
  return results;
}

async function found(id: MailingId): Promise<Mailing> {
  const mailing = await mailingById(db, id);
  if (!mailing) throw new Error("no such mailing");
  return mailing;
}

const words = (changes: Record<string, string> = {}) => ({
  ...{ version: "1", fromName: "Rosa", subject: "Clean air now", preview: "One minute of your day" },
  ...{
    form: "markdown",
    bodyForm: "markdown",
    body: "Dear {{ first_name | default: 'friend' }}, sign.",
    plain: "",
  },
  ...changes,
});
const everybody = { "i:join": "all", "e:join": "any" };
const settings = { when: "now", tracksOpens: "yes", tracksClicks: "yes" };

/** A mailing that could be sent. */
async function written(by: Organiser = team.owner): Promise<Mailing> {
  const { id } = await begin(by);
  await by.post(`${base}/${id}`, words());
  await by.post(`${base}/${id}/target`, everybody);
  return found(id);
}

describe("the list", () => {
  it("teaches when it is empty, finds by subject, title and tag, and takes away with a way back", async () => {
    expect(await (await team.stranger.get(base)).status).toBe(404);
    expect(await (await team.owner.get(base)).text()).toContain("No mailings yet");
    expect((await team.owner.get(`${base}?done=toString`)).status).toBe(200);
    const one = await begin();
    await team.owner.post(`${base}/${one.id}`, words({ subject: "River day" }));
    await team.owner.post(`${base}/${one.id}/names`, {
      internalTitle: "Spring, part one",
      tags: "spring, river",
      note: "x",
    });
    const shows = async (query: string) =>
      (await (await team.owner.get(`${base}?${query}`)).text()).includes(one.id);
    expect(await shows("q=river")).toBe(true);
    expect(await shows("q=SPRING")).toBe(true);
    expect(await shows("q=lake")).toBe(false);
    expect(await shows("q=%25")).toBe(false);
    expect(await shows("tag=river")).toBe(true);
    expect(await shows("tag=lake")).toBe(false);
    expect(await shows("shelf=drafts")).toBe(true);
    expect(await shows("shelf=sent")).toBe(false);
    const hidden = await team.owner.post(`${base}/${one.id}/hiding`);
    const page = await (await team.owner.get(hidden.headers.get("Location") ?? "")).text();
    expect(page).toContain(`${one.id}/return`);
    expect(await shows("shelf=drafts")).toBe(false);
    await team.owner.post(`${base}/${one.id}/return`);
    expect(await shows("shelf=drafts")).toBe(true);
  });
});

describe("a tag for several mailings", () => {
  it("groups them in the list and in the numbers, and is taken away again", async () => {
    const [one, two] = [await begin(), await begin()];
    const give = (fields: Record<string, string | string[]>) => team.organiser.post(`${base}/tags`, fields);
    await give({ mailing: [String(one.no), String(two.no)], tag: "Air, 2026" });
    await give({ mailing: [String(one.no), "999999", "x"], tag: "Air" });
    expect([(await found(one.id)).tags, (await found(two.id)).tags]).toEqual([["Air"], ["Air"]]);
    const list = await (await team.organiser.get(`${base}?tag=Air`)).text();
    expect([list.includes(one.id), list.includes(two.id)]).toEqual([true, true]);
    await give({ mailing: String(two.no), tag: "Air", do: "take" });
    expect((await found(two.id)).tags).toEqual([]);
    expect((await give({ tag: "Air" })).headers.get("Location")).toBe(`${base}?done=no_label`);
    expect(await (await team.owner.get(`${base}/numbers?tag=Air%26%22`)).text()).toContain("Air&amp;&quot;");
  });
});

describe("writing", () => {
  it("saves what was typed, by script and by button, and calls the mailing by its subject", async () => {
    const { id } = await begin();
    const scripted = await team.owner.post(`${base}/${id}`, words(), { Accept: "application/json" });
    expect(await scripted.json()).toMatchObject({ version: 2 });
    const pressed = await team.owner.post(
      `${base}/${id}`,
      words({ version: "2", subject: "Air", do: "next" }),
    );
    expect(pressed.headers.get("Location")).toBe(`${base}/${id}/target`);
    const mailing = await found(id);
    expect(mailing.subject).toBe("Air");
    expect(await versionsOf(db, mailing.no)).toMatchObject([
      {
        variantNo: 1,
        language: "en",
        subject: "Air",
        fromName: "Rosa",
        form: "markdown",
        plain: null,
        revision: 3,
      },
    ]);
  });

  it("keeps an interactive part beside the message, shows it as it is written and says what it may not hold", async () => {
    const { id } = await written();
    await team.owner.post(`${base}/${id}`, words({ version: "2", amp: "<p>Hi <b>{{ first_name }}</b></p>" }));
    const { no } = await found(id);
    expect(await versionsOf(db, no)).toMatchObject([{ amp: "<p>Hi <b>{{ first_name }}</b></p>" }]);
    expect(await (await team.owner.get(`${base}/${id}`)).text()).toContain("&lt;p&gt;Hi &lt;b&gt;");
    expect(await (await team.owner.get(`${base}/${id}/review`)).text()).toContain(
      "With an interactive part (AMP)",
    );
    const source = await team.owner.get(`${base}/${id}/preview?part=amp`);
    expect(source.headers.get("Content-Type")).toMatch(/^text\/plain/);
    expect(await source.text()).toContain("<html amp4email");
    expect((await team.stranger.get(`${base}/${id}/preview?part=amp`)).status).toBe(404);
    const large = await team.owner.post(`${base}/${id}`, words({ version: "3", amp: "x".repeat(200_001) }));
    expect([large.status, await large.text()]).toEqual([422, expect.stringContaining("200 kB at most")]);
    await team.owner.post(`${base}/${id}`, words({ version: "3", amp: "<form></form>" }));
    const page = await (await team.owner.get(`${base}/${id}/review`)).text();
    expect(page).toContain("The interactive part holds what it may not: &lt;form&gt;");
    const sent = await team.owner.post(`${base}/${id}/review`, { ...settings, do: "send", shown: "2" });
    expect([sent.status, (await found(id)).status]).toEqual([422, "draft"]);
    await team.owner.post(`${base}/${id}`, words({ version: "4", amp: " " }));
    expect(await versionsOf(db, no)).toMatchObject([{ amp: null, revision: 5 }]);
  });

  it("lets whoever saved first win, and shows the other both", async () => {
    const { id, no } = await begin();
    await team.administrator.post(`${base}/${id}`, words({ subject: "Theirs" }));
    const scripted = await team.owner.post(`${base}/${id}`, words({ subject: "Mine" }), {
      Accept: "application/json",
    });
    expect(scripted.status).toBe(409);
    const late = await team.owner.post(`${base}/${id}`, words({ subject: "Mine" }));
    expect(late.status).toBe(409);
    const page = await late.text();
    expect(page).toContain("Theirs");
    expect(page).toContain('value="Mine"');
    expect(page).toContain('name="version" value="2"');
    expect((await versionsOf(db, no))[0]?.subject).toBe("Theirs");
    await team.owner.post(`${base}/${id}`, words({ subject: "Mine", version: "2" }));
    expect((await versionsOf(db, no))[0]?.subject).toBe("Mine");
  });

  it("shows what a colleague wrote with the editor in words, where it is another, and the way to take it", async () => {
    const { id } = await begin();
    const paragraph = { type: "paragraph", content: [{ type: "text", text: "The council votes." }] };
    const body = JSON.stringify({ type: "doc", content: [paragraph] });
    const theirs = words({ form: "visual", bodyForm: "visual", body, plain: "As plain text" });
    await team.administrator.post(`${base}/${id}`, theirs);
    const mine = words({ form: "visual", bodyForm: "visual", body: "Mine" });
    const page = await (await team.owner.post(`${base}/${id}`, mine)).text();
    const [, conflict = ""] = /<dl class="versions">([\s\S]*?)<\/dl>/.exec(page) ?? [];
    expect(
      [...conflict.matchAll(/<dt>([^<]*)<\/dt><dd dir="auto">([^<]*)</g)].map(([, ...said]) => said),
    ).toEqual([
      ["Message", "The council votes."],
      ["Plain text", "As plain text"],
    ]);
    expect(page).toContain(`href="${base}/${id}?variant=1&amp;language=en">Take what`);
  });

  it("tests variants that are as the first until something of them is written", async () => {
    const { id, no } = await begin();
    await team.owner.post(`${base}/${id}`, words());
    const added = await team.owner.post(`${base}/${id}/variants`);
    expect(added.headers.get("Location")).toContain("variant=2");
    const revision = async () => String((await draftVersionsOf(db, no))[1]?.revision);
    await team.owner.post(
      `${base}/${id}?variant=2&language=en`,
      words({
        version: await revision(),
        subject: "Another subject",
        fromName: "",
        preview: "",
        form: "same",
        bodyForm: "same",
        body: "",
      }),
    );
    const sent = await versionsOf(db, no);
    expect(sent[1]).toMatchObject({ subject: "Another subject", fromName: "Rosa", form: "markdown" });
    expect(sent[1]?.body).toBe(sent[0]?.body);
    // A body of its own begins with the first one's.
    await team.owner.post(
      `${base}/${id}?variant=2&language=en`,
      words({
        version: await revision(),
        subject: "Another subject",
        form: "markdown",
        bodyForm: "same",
        body: "",
        do: "form",
      }),
    );
    expect((await draftVersionsOf(db, no))[1]?.body).toBe(sent[0]?.body);
    for (let count = 0; count < 8; count += 1) await team.owner.post(`${base}/${id}/variants`);
    expect(new Set((await versionsOf(db, no)).map(({ variantNo }) => variantNo)).size).toBe(8);
    await team.owner.post(`${base}/${id}/variants/removal`, { variant: "2" });
    await team.owner.post(`${base}/${id}/variants/removal`, { variant: "1" });
    expect((await versionsOf(db, no)).map(({ variantNo }) => variantNo)).toEqual([1, 3, 4, 5, 6, 7, 8]);
  });

  it("adds languages to every variant, and keeps the group's own", async () => {
    const { id, no } = await begin();
    await team.owner.post(`${base}/${id}`, words());
    await team.owner.post(`${base}/${id}/variants`);
    await team.owner.post(`${base}/${id}/languages`, { language: "fr" });
    await team.owner.post(`${base}/${id}/languages`, { language: "fr" });
    expect((await versionsOf(db, no)).map(({ variantNo, language }) => `${variantNo}${language}`)).toEqual([
      "1en",
      "1fr",
      "2en",
      "2fr",
    ]);
    await team.owner.post(`${base}/${id}/languages/removal`, { language: "en" });
    await team.owner.post(`${base}/${id}/languages/removal`, { language: "fr" });
    expect((await versionsOf(db, no)).map(({ language }) => language)).toEqual(["en", "en"]);
    expect((await team.owner.post(`${base}/${id}/languages`, { language: "xx" })).status).toBe(400);
    expect((await team.owner.get(`${base}/${id}?variant=7`)).status).toBe(404);
  });

  it("keeps the words when the body changes its form", async () => {
    const { id, no } = await begin();
    await team.owner.post(`${base}/${id}`, words({ body: "# Hello\n\nSecond" }));
    const into = (form: string, was: string, version: string, body: string) =>
      team.owner.post(`${base}/${id}`, words({ form, bodyForm: was, body, version, do: "form" }));
    await into("html", "markdown", "2", "# Hello\n\nSecond");
    const html = (await versionsOf(db, no))[0]?.body ?? "";
    expect(html).toContain("<h1>Hello</h1>");
    await into("visual", "html", "3", html);
    const visual = (await versionsOf(db, no))[0]?.body ?? "";
    expect(JSON.parse(visual).content).toHaveLength(2);
    await into("markdown", "visual", "4", visual);
    expect((await versionsOf(db, no))[0]?.body).toBe("Hello\n\nSecond");
  });

  it("shows the mail in a frame that may do nothing, whatever is in it", async () => {
    const { id } = await begin();
    await team.owner.post(
      `${base}/${id}`,
      words({
        form: "html",
        bodyForm: "html",
        body: "<p>Hi</p><script>alert(1)</script><form action=/x></form>",
      }),
    );
    const response = await team.owner.get(`${base}/${id}/preview`);
    expect(response.headers.get("Content-Security-Policy")).toMatch(/default-src 'none'.*sandbox/);
    const page = await response.text();
    expect(page).toContain("Hi");
    expect(page).not.toMatch(/<script|<form/);
    await team.owner.post(`${base}/${id}`, words({ version: "2", body: "{% if %}" }));
    expect((await team.owner.get(`${base}/${id}/preview`)).status).toBe(200);
  });

  it("refuses what is too long, and what would be another's mailing", async () => {
    const { id } = await begin();
    const long = await team.owner.post(`${base}/${id}`, words({ subject: "x".repeat(251) }));
    expect(long.status).toBe(422);
    expect((await team.stranger.post(`${base}/${id}`, words())).status).toBe(404);
    const other = `/groups/${(await groupBySlug(contextOf().directory, team.group.slug.replace("team", "other")))?.slug}`;
    expect((await team.stranger.get(`${other}/mailings/${id}`)).status).toBe(404);
  });

  it("says who else has it open", async () => {
    const { id } = await begin();
    await team.administrator.post(`${base}/${id}/presence`);
    const told = await team.owner.post(`${base}/${id}/presence`);
    expect(JSON.stringify(await told.json())).toContain("has it open too");
  });
});

describe("choosing who gets it", () => {
  it("builds an audience and keeps it; a copy can leave out whoever got the first", async () => {
    const { id } = await begin();
    const counted = await team.owner.post(`${base}/${id}/target`, { ...everybody, do: "count" });
    expect(await counted.text()).toContain('<p class="audience-number">2</p>');
    const saved = await team.owner.post(`${base}/${id}/target`, {
      ...everybody,
      "i.0:is": "mailbox",
      "i.0:domains": "supporters.example",
    });
    expect(saved.headers.get("Location")).toBe(`${base}/${id}/review`);
    expect((await found(id)).target?.audience.include).toEqual({
      all: [{ is: "mailbox", domains: ["supporters.example"] }],
    });
    const copy = await found(idIn(await team.owner.post(`${base}/${id}/copies`, { for: "others" })));
    expect(copy.target?.audience.exclude).toMatchObject({ is: "mail", did: "received" });
    const page = await (
      await team.owner.post(`${base}/${copy.id}/target`, { ...everybody, do: "copied" })
    ).text();
    expect(page).toContain('name="e.0:is" value="mail"');
    const again = await found(idIn(await team.owner.post(`${base}/${id}/copies`, { for: "non_openers" })));
    expect(again.target?.audience.include).toMatchObject({ all: [{ did: "received" }] });
  });

  it("lets whoever may not see people choose shared audiences alone", async () => {
    const response = await team.owner.post(`${team.base}/audiences/new`, {
      ...{ name: "Friends", isShared: "yes", "i:join": "all", "i.0:is": "mailbox" },
      "i.0:domains": "supporters.example",
    });
    expect(response.status).toBe(303);
    const { id } = await begin(team.organiser);
    const page = await (await team.organiser.get(`${base}/${id}/target`)).text();
    expect(page).toContain("Friends");
    expect(page).not.toContain('name="i:add"');
    expect((await team.organiser.post(`${base}/${id}/target/count`, everybody)).status).toBe(403);
    expect((await team.organiser.post(`${base}/${id}/target`, { include: "999" })).status).toBe(422);
    const no = /name="include" value="(\d+)"/.exec(page)?.[1] ?? "";
    await team.organiser.post(`${base}/${id}/target`, { include: no });
    expect((await found(id)).target?.audience.include).toEqual({
      any: [{ is: "saved", audience: Number(no) }],
    });
  });
});

describe("leaving out whom another mailing leaves out", () => {
  it("is chosen beside the audience, told in words with its count, and followed until it is frozen", async () => {
    const other = await written();
    const mailing = await written();
    const target = `${base}/${mailing.id}/target`;
    const people = (await listedPeople()).filter(({ email }) => email.startsWith("mei@"));
    const exclude = { any: [{ is: "people" as const, people: people.map(({ no }) => no) }] };
    await saveSettings(contextOf(), team.group, other, {
      target: { audience: { include: { all: [] }, exclude }, most: null },
      internalTitle: "The first",
    });
    const counted = await team.owner.post(`${target}/count`, { ...everybody, mirrorsNo: String(other.no) });
    const panel = await counted.text();
    expect(panel).toContain("1 person of this audience is left out because “The first” leaves them out.");
    await team.owner.post(target, { ...everybody, mirrorsNo: String(other.no), do: "save" });
    expect((await found(mailing.id)).settings.mirrorsNo).toBe(other.no);
    const shown = await (await team.owner.get(target)).text();
    expect(shown).toContain("“The first” leaves out: people who are the one person picked by address.");
    const review = await (await team.owner.get(`${base}/${mailing.id}/review`)).text();
    expect(review).toContain("This mails 1 person");
    const all = (await listedPeople()).map(({ no }) => no);
    await saveSettings(contextOf(), team.group, other, {
      target: {
        audience: { include: { all: [] }, exclude: { any: [{ is: "people", people: all }] } },
        most: null,
      },
    });
    const none = await (await team.owner.get(`${base}/${mailing.id}/review`)).text();
    expect(none).toContain("This mails 0 people");
  });

  it("refuses a circle and a mailing of nobody's, and keeps the other in the list while it is followed", async () => {
    const other = await written();
    const mailing = await written();
    await team.owner.post(`${base}/${mailing.id}/target`, { ...everybody, mirrorsNo: String(other.no) });
    const circle = await team.owner.post(`${base}/${other.id}/target`, {
      ...everybody,
      mirrorsNo: String(mailing.no),
    });
    expect(circle.status).toBe(422);
    expect(await circle.text()).toContain("That mailing follows this one");
    const gone = await team.owner.post(`${base}/${other.id}/target`, { ...everybody, mirrorsNo: "9999" });
    expect(gone.status).toBe(422);
    expect((await found(other.id)).settings.mirrorsNo).toBeNull();
    const hiding = await team.owner.post(`${base}/${other.id}/hiding`, {});
    const told = await team.owner.get(hiding.headers.get("Location") ?? "");
    expect(await told.text()).toContain("It stays in the list: “Clean air now”");
    await team.owner.post(`${base}/${mailing.id}/target`, { ...everybody, mirrorsNo: "" });
    const hidden = await team.owner.post(`${base}/${other.id}/hiding`, {});
    expect(hidden.headers.get("Location")).toContain("done=hidden");
  });
});

describe("a day's mailings", () => {
  it("are ranked by whoever may send, moved without a script, and told to whoever writes", async () => {
    const [first, second] = [await written(), await written()];
    const startAt = Date.now() + 30 * 86_400_000;
    const at = localTimeAt(startAt, team.group.timeZone);
    for (const mailing of [first, second])
      await team.owner.post(`${base}/${mailing.id}/review`, {
        ...settings,
        when: "at",
        startAt: at,
        do: "send",
      });
    const day = at.slice(0, 10);
    const page = async (by = team.owner) => (await by.get(`${base}/days/${day}`)).text();
    expect(await page()).toContain("Each mailing is for itself");
    expect((await team.organiser.post(`${base}/days/${day}/ranking`, { rank: "on" })).status).toBe(403);
    await team.owner.post(`${base}/days/${day}/ranking`, { rank: "on" });
    const order = (html: string) => [...html.matchAll(/id="mailing-(\d+)"/g)].map(([, no]) => Number(no));
    expect(order(await page())).toEqual([first.no, second.no]);
    const moved = await team.owner.post(`${base}/days/${day}/order`, {
      ...{ mailing: String(second.no), version: "1", to: "up" },
    });
    expect(moved.headers.get("Location")).toBe(`${base}/days/${day}?done=moved#mailing-${second.no}`);
    const after = await page();
    expect(order(after)).toEqual([second.no, first.no]);
    const [row = ""] = after.split(`id="mailing-${first.no}"`).slice(1);
    expect(row.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ")).toMatch(/ 0 2 Up /);
    const late = await team.owner.post(`${base}/days/${day}/order`, {
      ...{ mailing: String(first.no), version: "1", to: "up" },
    });
    expect(await (await team.owner.get(late.headers.get("Location") ?? "")).text()).toContain(
      "Somebody changed the order before you",
    );
    expect(await page(team.organiser)).not.toContain("Stop ranking");
    // A mailing that there is no time to count is not asked about at all.
    let now = Date.now();
    const clock = vi.spyOn(Date, "now").mockImplementation(() => (now += 1_000));
    const hurried = (await page()).replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
    clock.mockRestore();
    expect(hurried).toMatch(/ –\* –\* [\s\S]*being counted/);
    const progress = await (await team.owner.get(`${base}/${first.id}/progress`)).text();
    expect(progress).toMatch(/Of the 2 mailings of [^<]* this one is number 2/);
    const third = await written();
    const asked = await team.owner.post(`${base}/${third.id}/review`, {
      ...settings,
      ...{ when: "at", startAt: at, do: "send" },
    });
    const refused = await asked.text();
    expect(refused).toContain("2 in another mailing of the day that comes first");
    expect(refused).toMatch(/Mailings of [^<]* are ranked/);
    expect((await team.owner.get(`${base}/days`)).status).toBe(200);
    expect((await team.owner.get(`${base}/days?day=${day}`)).headers.get("Location")).toBe(
      `${base}/days/${day}`,
    );
    expect((await team.owner.get(`${base}/days?day=never`)).status).toBe(422);
    for (const wrong of ["2026-02-30", "never", "1"])
      expect((await team.owner.get(`${base}/days/${wrong}`)).status).toBe(404);
    expect((await team.stranger.get(`${base}/days/${day}`)).status).toBe(404);
  });
});

describe("reviewing and sending", () => {
  it("says how many it mails and why others are left out, and what must change", async () => {
    const { id } = await begin();
    const empty = await (await team.owner.get(`${base}/${id}/review`)).text();
    expect(empty).toContain("Nobody is chosen yet.");
    expect(empty).toContain("Must change:");
    const whole = await written();
    const page = await (await team.owner.get(`${base}/${whole.id}/review`)).text();
    expect(page).toContain("This mails 2 people. Nobody is left out.");
    expect(page).toContain("Send to 2 people");
    expect(page).toMatch(/amina@supporters\.example|mei@supporters\.example/);
    const bare = await (await team.organiser.get(`${base}/${whole.id}/review`)).text();
    expect(bare).not.toContain("@supporters.example");
  });

  it("refuses settings that make no sense beside their fields, and keeps the rest", async () => {
    const { id } = await written();
    const response = await team.owner.post(`${base}/${id}/review`, {
      ...settings,
      ...{ when: "at", startAt: "2020-01-01T10:00", hourlyMax: "5", replyTo: "nobody", linkQuery: "a b" },
    });
    expect(response.status).toBe(422);
    const page = await response.text();
    for (const field of ["startAt", "hourlyMax", "replyTo", "linkQuery"])
      expect(page).toContain(`href="#f-${field}"`);
    await team.owner.post(`${base}/${id}/review`, {
      ...settings,
      hourlyMax: "1 200",
      tracksOpens: "",
      linkQuery: "?utm=x",
    });
    expect((await found(id)).settings).toMatchObject({
      hourlyMax: 1200,
      tracksOpens: false,
      linkQuery: "utm=x",
    });
  });

  it("shows before it is sent what a mailbox lists it by, filled in", async () => {
    const { id } = await written();
    const subject = "{{ first_name | default: 'Friends' }}, clean air now";
    await team.owner.post(`${base}/${id}`, words({ version: "2", subject, preview: "By {{ group.name }}" }));
    const page = await (await team.owner.get(`${base}/${id}/review`)).text();
    const [, shown = ""] = /<p class="mail-inbox">([\s\S]*?)<\/p>/.exec(page) ?? [];
    expect(shown).toContain('<strong dir="auto">Friends, clean air now</strong>');
    expect(shown).toContain(`By ${team.group.name}`);
    // As it was written where it cannot be filled in.
    await team.owner.post(`${base}/${id}`, words({ version: "3", subject: "Broken {{ first_name" }));
    expect(await (await team.owner.get(`${base}/${id}/review`)).text()).toContain(
      '<strong dir="auto">Broken {{ first_name</strong>',
    );
  });

  it("sends, can be taken back in the undo window, and does not send twice", async () => {
    const { id } = await written();
    const sent = await team.owner.post(`${base}/${id}/review`, { ...settings, do: "send", shown: "2" });
    expect(sent.headers.get("Location")).toBe(`${base}/${id}/progress`);
    expect((await found(id)).status).toBe("scheduled");
    expect((await team.owner.get(`${base}/${id}`)).headers.get("Location")).toBe(`${base}/${id}/progress`);
    const late = await team.owner.post(`${base}/${id}`, words({ version: "2" }), {
      Accept: "application/json",
    });
    expect(late.status).toBe(409);
    const again = await team.owner.post(`${base}/${id}/review`, { ...settings, do: "send", shown: "2" });
    expect(again.headers.get("Location")).toBe(`${base}/${id}/progress`);
    expect(await (await team.owner.get(`${base}/${id}/progress`)).text()).toContain("Take it back");
    await team.owner.post(`${base}/${id}/take-back`);
    expect((await found(id)).status).toBe("draft");
  });

  it("does not send what must change", async () => {
    const { id } = await written();
    await team.owner.post(`${base}/${id}`, words({ version: "2", subject: "" }));
    const sent = await team.owner.post(`${base}/${id}/review`, { ...settings, do: "send", shown: "2" });
    expect(sent.status).toBe(422);
    expect((await found(id)).status).toBe("draft");
  });

  it("sends for an organiser under their ceiling alone", async () => {
    const { id } = await written();
    const refused = await team.organiser.post(`${base}/${id}/review`, {
      ...settings,
      do: "send",
      shown: "2",
    });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("Your role writes mailings but does not send them.");
    const ceiling = (value: string) =>
      team.owner.post(`${base}/settings/ceilings/${team.organiser.accountNo}`, { ceiling: value });
    await ceiling("1");
    expect(
      (await team.organiser.post(`${base}/${id}/review`, { ...settings, do: "send", shown: "2" })).status,
    ).toBe(422);
    await ceiling("10");
    const sent = await team.organiser.post(`${base}/${id}/review`, { ...settings, do: "send", shown: "2" });
    expect(sent.status).toBe(303);
    expect((await found(id)).status).toBe("scheduled");
    expect((await team.organiser.post(`${base}/${id}/resume`)).status).toBe(403);
    expect((await team.organiser.post(`${base}/${id}/take-back`)).status).toBe(303);
    expect(
      (await team.organiser.post(`${base}/settings/ceilings/${team.organiser.accountNo}`, { ceiling: "9" }))
        .status,
    ).toBe(403);
    await ceiling("");
  });

  it("waits for a second person above the group's size", async () => {
    const group = await groupBySlug(contextOf().directory, team.group.slug);
    if (!group) throw new Error("no group");
    await saveMailSettings(contextOf(), group, { no: team.owner.accountNo }, { approvalFrom: 2 });
    const { id } = await written();
    expect(await (await team.owner.get(`${base}/${id}/review`)).text()).toContain(
      "Ask for approval to send to 2 people",
    );
    await team.owner.post(`${base}/${id}/review`, { ...settings, do: "send", shown: "2" });
    expect((await found(id)).status).toBe("waiting");
    const own = await team.owner.post(`${base}/${id}/approval`);
    expect(own.headers.get("Location")).toContain("not=own");
    expect((await team.organiser.post(`${base}/${id}/approval`)).status).toBe(403);
    expect(await (await team.administrator.get(`${base}/${id}/progress`)).text()).toContain("Agree and send");
    const unread = await team.administrator.post(`${base}/${id}/approval`, { fingerprint: "of before" });
    expect(unread.headers.get("Location")).toMatch(/not=words$/);
    const page = await (await team.administrator.get(`${base}/${id}/progress?not=words`)).text();
    expect(page).toContain("was changed since you opened this page");
    const fingerprint = /name="fingerprint" value="([^"]+)"/.exec(page)?.[1] ?? "";
    await team.administrator.post(`${base}/${id}/approval`, { fingerprint });
    expect((await found(id)).status).toBe("scheduled");
    await team.owner.post(`${base}/${id}/take-back`);
    await saveMailSettings(
      contextOf(),
      { ...group, settings: { ...group.settings, mail: { ...group.settings.mail, approvalFrom: 2 } } },
      { no: team.owner.accountNo },
      { approvalFrom: 0 },
    );
  });

  it("sends tests to addresses as somebody, and tells what is wrong", async () => {
    const { id } = await written();
    const sent = await team.owner.post(`${base}/${id}/tests`, {
      to: "rosa@organisers.example, tom@organisers.example",
    });
    expect(sent.headers.get("Location")).toContain("done=tested");
    const wrong = await team.owner.post(`${base}/${id}/tests`, { to: "nobody" });
    expect(wrong.status).toBe(422);
    expect((await team.owner.post(`${base}/${id}/tests`, { to: "" })).status).toBe(422);
    // Proofs need no quota, so a group that operators stopped sends none.
    await changeGroup(team.group, { status: "suspended" });
    const stopped = await team.owner.post(`${base}/${id}/tests`, { to: "rosa@organisers.example" });
    await changeGroup(team.group, { status: "active" });
    expect([stopped.status, await stopped.text()]).toEqual([
      422,
      expect.stringContaining("refused the test"),
    ]);
  });
});

describe("a test down the list", () => {
  const plan = {
    ...settings,
    ...{ test: "cohorts", measure: "clicks", hours: "4", isAutomatic: "yes", unsubscribes: "", share: "" },
    ...{
      cohortSize: "1 500",
      shareOfBest: "60",
      cohortUnsubscribes: "0,8",
      cohortComplaints: "",
      cohortOrder: "list",
    },
  };

  it("is planned with one version too, and says beside the field what makes no sense", async () => {
    const { id } = await written();
    const bad = { cohortSize: "0", shareOfBest: "101", cohortUnsubscribes: "-1", cohortComplaints: "200" };
    const refused = await team.owner.post(`${base}/${id}/review`, { ...plan, ...bad });
    expect(refused.status).toBe(422);
    const page = await refused.text();
    for (const field of Object.keys(bad)) expect(page).toContain(`href="#f-${field}"`);
    expect((await found(id)).settings.test).toBeNull();
    await team.owner.post(`${base}/${id}/review`, plan);
    const cohorts = {
      ...{ size: 1500, isInOrder: true, shareOfBestMin: 60 },
      ...{ unsubscribeShareMax: 80, complaintShareMax: null },
    };
    expect((await found(id)).settings.test).toMatchObject({ measure: "clicks", hours: 4, cohorts });
    const again = await (await team.owner.get(`${base}/${id}/review`)).text();
    expect(again).toContain("too few for a test down the list");
    expect(again).toMatch(
      /name="cohortUnsubscribes"[^>]*value="0.8"|value="0.8"[^>]*name="cohortUnsubscribes"/,
    );
    await team.owner.post(`${base}/${id}/review`, { ...plan, test: "" });
    expect((await found(id)).settings.test).toBeNull();
  });

  it("shows how each cohort responds, and lets whoever may send decide about one until it has ended", async () => {
    const { id } = await written();
    await team.owner.post(`${base}/${id}/review`, plan);
    const { no } = await found(id);
    const count = (cohort: number, did: number) => ({
      ...{ cohort, variantNo: 1, sent: 1000, did, unsubscribed: 2, complained: 0 },
    });
    const verdict = {
      ...{
        measure: "clicks",
        bestNo: 1,
        is: "clear",
        unsubscribed: 0,
        sent: 5000,
        isTripped: false,
        judgedAt: 1,
      },
      variants: [{ variantNo: 1, sent: 5000, did: 200, share: 0.04, low: 0.03, high: 0.05 }],
      cohorts: [count(1, 80), count(2, 50), count(3, 12), count(4, 60)],
    };
    const frozen = {
      ...{ candidates: 50_000, recipients: 50_000, leftOut: {}, variants: { "0": 45_000, "1": 5_000 } },
      ...{ languages: { en: 50_000 }, frozenAt: 1 },
      cohorts: [1, 2, 3, 4, 0].map((each) => ({ people: each * 5_000, sample: each * 250 })),
    };
    await db.d1
      .prepare(
        `UPDATE mailings SET status = 'paused', pause_cause = 'organiser', frozen = ?3, verdict = ?4, winner_no = 1, test_ends_at = 1,
           start_at = 1, sent_at = 1, cohorts_open = 2, cohorts_shut = 16 WHERE group_no = ?1 AND mailing_no = ?2`,
      )
      .bind(team.group.no, no, JSON.stringify(frozen), JSON.stringify(verdict))
      .run();
    const page = await (await team.owner.get(`${base}/${id}/progress`)).text();
    for (const text of [
      "Has got it.",
      "Gets it next.",
      "Too little response.",
      "left out.",
      "Nobody is in it.",
      "fewer than 10,000",
    ])
      expect(page).toContain(text);
    expect(page).toContain("6.4% – 9.8%");
    const choose = (by: Organiser, cohort: string, choice: string) =>
      by.post(`${base}/${id}/cohorts`, { cohort, choice });
    expect((await choose(team.owner, "3", "send")).headers.get("Location")).toContain("done=cohort_send");
    expect((await choose(team.owner, "2", "leave")).headers.get("Location")).toContain("done=cohort_leave");
    expect((await choose(team.owner, "4", "send")).headers.get("Location")).toContain("not=moved_on");
    for (const cohort of ["0", "6", "1.5", "x"])
      expect((await choose(team.owner, cohort, "send")).status).toBe(400);
    expect((await choose(team.owner, "2", "maybe")).status).toBe(400);
    expect((await choose(team.organiser, "2", "send")).status).toBe(403);
    const decided = await (await team.owner.get(`${base}/${id}/progress`)).text();
    expect(decided).toContain("Somebody said: send anyway.");
    expect(decided).toContain("Somebody said: leave out.");
    expect((await choose(team.owner, "3", "test")).headers.get("Location")).toContain("done=cohort_test");
    const standing = await db.d1
      .prepare(
        "SELECT cohorts_send AS send, cohorts_leave AS leave FROM mailings WHERE group_no = ? AND mailing_no = ?",
      )
      .bind(team.group.no, no)
      .first();
    expect(standing).toEqual({ send: 0, leave: 4 });
    const { id: plain } = await written();
    expect((await team.owner.post(`${base}/${plain}/cohorts`, { cohort: "1", choice: "send" })).status).toBe(
      400,
    );
  });
});

describe("tests that somebody asks for", () => {
  it("are counted as they are sent, and what makes no sense is said beside the field", async () => {
    const mailing = await written();
    const review = `${base}/${mailing.id}/review`;
    const ask = (wanted: string, wantedBy = "") =>
      team.organiser.post(`${base}/${mailing.id}/tests/wanted`, { wanted, wantedBy });
    expect((await ask("2", "2026-12-24")).status).toBe(303);
    expect(await (await team.owner.get(review)).text()).toContain(
      "2 tests are wanted by December 24, 2026; sent so far: 0.",
    );
    await team.owner.post(`${base}/${mailing.id}/tests`, { to: "amina@supporters.example" });
    expect(await (await team.owner.get(review)).text()).toContain("sent so far: 1.");
    for (const wrong of ["0", "101", "1.5", "many"]) expect((await ask(wrong)).status).toBe(422);
    expect((await ask("3", "2026-02-30")).status).toBe(422);
    await ask("");
    expect(await (await team.owner.get(review)).text()).toContain("1 test was sent.");
  });
});

describe("wrappers, templates and snippets", () => {
  it("keeps a wrapper that has one place for the message, and new mailings begin with the default", async () => {
    const bad = await team.owner.post(`${base}/wrappers/new`, { name: "Bare", html: "<p>no place</p>" });
    expect(bad.status).toBe(422);
    expect(
      (await team.owner.post(`${base}/wrappers/new`, { name: "B", html: "{{ content }}{% if %}" })).status,
    ).toBe(422);
    const made = await team.owner.post(`${base}/wrappers/new`, {
      name: "Green",
      html: "<h1>Green</h1>{{ content }}",
      plain: "",
    });
    const [wrapper] = await listWrappers(db);
    if (!wrapper) throw new Error("no wrapper");
    expect(made.headers.get("Location")).toContain(wrapper.id);
    expect(await (await team.owner.get(`${base}/wrappers/${wrapper.id}/preview`)).text()).toContain("Green");
    expect((await team.organiser.post(`${base}/wrappers/${wrapper.id}/default`, { to: "yes" })).status).toBe(
      403,
    );
    await team.owner.post(`${base}/wrappers/${wrapper.id}/default`, { to: "yes" });
    expect((await begin()).settings.wrapperNo).toBe(wrapper.no);
    expect(await (await team.owner.get(`${base}/wrappers`)).text()).toContain("1 mailing");
    const stale = await team.owner.post(`${base}/wrappers/${wrapper.id}`, {
      name: "G",
      html: "{{ content }}",
      revision: "7",
    });
    expect(stale.status).toBe(409);
    const compared = await stale.text();
    expect(compared).toContain('<dt>Name</dt><dd dir="auto">Green</dd>');
    expect(compared).toContain('<dt>HTML</dt><dd dir="auto">&lt;h1&gt;Green&lt;/h1&gt;{{ content }}</dd>');
    expect(compared).not.toContain("<dt>Plain text</dt>");
    expect(compared).toContain('value="G"');
    expect(compared).toContain(`href="${base}/wrappers/${wrapper.id}?language=en">Take what is saved`);
    await team.owner.post(`${base}/wrappers/${wrapper.id}/removal`);
    expect(await listWrappers(db)).toEqual([]);
    await team.owner.post(`${base}/wrappers/${wrapper.id}/return`);
    await team.owner.post(`${base}/wrappers/${wrapper.id}/default`, { to: "no" });
    expect((await begin()).settings.wrapperNo).toBeNull();
    expect((await team.stranger.get(`${base}/wrappers/${wrapper.id}`)).status).toBe(404);
  });

  it("says in each language what a wrapper says, which mails in that language wear, from one revision", async () => {
    const made = await team.owner.post(`${base}/wrappers/new`, {
      ...{ name: "Two", html: "<h1>Head</h1>{{ content }}", plain: "", foot: "You signed.", amp: "" },
    });
    const at = (made.headers.get("Location") ?? "").split("?")[0] ?? "";
    const [kept] = (await listWrappers(db)).filter(({ name }) => name === "Two");
    if (!kept) throw new Error("no wrapper");
    expect(kept).toMatchObject({ language: "en", foot: "You signed.", others: [], revision: 1 });
    // A new language begins with the words of the first, and is there once it is saved.
    const begun = await (await team.owner.get(`${at}?language=fr`)).text();
    expect(begun).toContain("Nothing is saved in this language yet");
    expect(begun).toContain("&lt;h1&gt;Head&lt;/h1&gt;");
    const french = {
      name: "Two",
      html: "<h1>Tête</h1>{{ content }}",
      foot: "Vous avez signé.",
      revision: "1",
    };
    const way = "{{ content }} <a href='{{ unsubscribe_url }}'>x</a>";
    for (const [changes, field] of [
      [{ html: "<p>none</p>" }, "html"],
      [{ plain: "none" }, "plain"],
      [{ foot: "{% if %}" }, "foot"],
      [{ foot: "x".repeat(501) }, "foot"],
      [{ amp: "<p>none</p>" }, "amp"],
      [{ amp: `{{ content }}${"x".repeat(200_001)}` }, "amp"],
    ] as const) {
      const refused = await team.owner.post(`${at}?language=fr`, { ...french, ...changes });
      expect([refused.status, (await refused.text()).includes(`href="#f-${field}"`)]).toEqual([422, true]);
    }
    const saved = await team.owner.post(`${at}?language=fr`, {
      ...french,
      html: way,
      plain: "{{ content }}",
      amp: "{{ content }}<summary>x</summary>",
    });
    expect(saved.headers.get("Location")).toBe(`${at}?done=saved&language=fr`);
    const page = await (await team.owner.get(`${at}?language=fr`)).text();
    expect(page).toContain("The way to unsubscribe is in the wrapper.");
    expect(page).toContain("We add the postal address below.");
    // The text part says so below, since its wrapper does not.
    expect(page).not.toContain("Not everybody would find a way out of the list.");
    expect(page).toContain("&lt;summary&gt;");
    expect(page).toContain("In the interactive part something stands where AMP for Email does not allow it");
    expect((await team.owner.post(`${at}?language=fr`, french)).status).toBe(409);
    await team.owner.post(`${at}?language=fr`, { ...french, revision: "2" });
    expect((await team.owner.post(`${at}?language=en`, { ...french, revision: "2" })).status).toBe(409);
    expect(await wrapperById(db, kept.id)).toMatchObject({
      ...{
        language: "en",
        html: "<h1>Head</h1>{{ content }}",
        foot: "You signed.",
        revision: 3,
        others: ["fr"],
      },
      versions: [{ language: "fr", html: french.html, plain: "", foot: "Vous avez signé.", amp: "" }],
    });
    expect(await (await team.owner.get(`${at}/preview?language=fr`)).text()).toMatch(
      /Tête[\s\S]*Vous avez signé\./,
    );
    expect(await (await team.owner.get(`${at}/preview?language=es`)).text()).toMatch(
      /Head[\s\S]*You signed\./,
    );
    expect(await (await team.owner.get(`${base}/wrappers`)).text()).toContain("Also: Français");
    expect((await team.stranger.post(`${at}/languages/removal`, { language: "fr" })).status).toBe(404);
    await team.owner.post(`${at}/languages/removal`, { language: "en" });
    await team.owner.post(`${at}/languages/removal`, { language: "fr" });
    expect(await wrapperById(db, kept.id)).toMatchObject({ language: "en", versions: [], revision: 4 });
  });

  it("begins a mailing from a template, and makes one of a mailing", async () => {
    await team.owner.post(`${base}/templates/new`, {
      ...{ name: "Monthly", subject: "News", preview: "", form: "markdown", body: "Hello", wrapperNo: "" },
    });
    const [template] = await listTemplates(db);
    expect(await (await team.owner.get(`${base}/new`)).text()).toContain("Monthly");
    const mailing = await begin(team.owner, { template: String(template?.no) });
    expect(await versionsOf(db, mailing.no)).toMatchObject([
      { subject: "News", body: "Hello", form: "markdown" },
    ]);
    await team.owner.post(`${base}/${mailing.id}/template`, { name: "From a mailing" });
    expect((await listTemplates(db)).map(({ name }) => name)).toEqual(["From a mailing", "Monthly"]);
  });

  it("keeps a snippet under one name, and says which mailings change with it", async () => {
    const fields = { name: "Our-Office", form: "markdown", body: "Open from **nine**." };
    await team.owner.post(`${base}/snippets/new`, fields);
    expect((await team.owner.post(`${base}/snippets/new`, fields)).status).toBe(422);
    expect((await team.owner.post(`${base}/snippets/new`, { ...fields, name: "no spaces" })).status).toBe(
      422,
    );
    const [snippet] = await listSnippets(db);
    const { id } = await begin();
    await team.owner.post(
      `${base}/${id}`,
      words({ subject: "With a snippet", body: 'Hi {% snippet "our-office" %}' }),
    );
    expect(await (await team.owner.get(`${base}/${id}/preview`)).text()).toContain("<strong>nine</strong>");
    expect(await (await team.owner.get(`${base}/snippets/${snippet?.id}`)).text()).toContain(
      "With a snippet",
    );
  });
});

const PNG = Uint8Array.from(
  "89504e470d0a1a0a0000000d49484452000000600000004008060000".match(/../g) ?? [],
  (pair) => Number.parseInt(pair, 16),
);

describe("pictures", () => {
  const add = (by: Organiser, fields: Record<string, string | Blob> = {}) =>
    by.upload(`${base}/pictures`, { picture: new Blob([PNG]), alt: "A river", ...fields });
  const offered = async (by: Organiser = team.owner) =>
    (await (await by.get(`${base}/pictures.json`)).json()) as {
      pictures: { src: string; alt: string; width: number; height: number }[];
      next: number | null;
    };

  it("are kept with what they show, and mails find them where the page says", async () => {
    expect((await add(team.organiser)).headers.get("Location")).toBe(`${base}/pictures?done=added`);
    const [picture] = (await offered()).pictures;
    expect(picture).toMatchObject({ alt: "A river", width: 96, height: 64 });
    const page = await (await team.organiser.get(`${base}/pictures`)).text();
    const address = /https?:[^"&]*\/files\/images\/[0-9a-f-]{36}\.png/.exec(page)?.[0] ?? "";
    expect(new URL(address).pathname).toBe(picture?.src);
    const served = await exports.default.fetch(address);
    expect(served.headers.get("Content-Type")).toBe("image/png");
    expect(await served.bytes()).toEqual(PNG);
  });

  it.each([
    ["has no words and is no decoration", { alt: "" }, "Say what it shows"],
    ["is no picture", { picture: new Blob(["<svg onload=x>"], { type: "image/png" }) }, "is not a PNG"],
    [
      "would be a bomb",
      { picture: new Blob([PNG.map((byte, at) => (at > 15 && at < 24 ? 127 : byte))]) },
      "pixels",
    ],
    ["is not there", { picture: "words" }, "Choose a picture."],
  ])("are refused, and not kept, when one %s", async (_, fields, words) => {
    const before = (await offered()).pictures.length;
    const refused = await add(team.owner, fields);
    expect([refused.status, (await refused.text()).includes(words)]).toEqual([422, true]);
    expect((await offered()).pictures).toHaveLength(before);
  });

  it("may be decoration, change their words, leave the library and come back, and are nobody else's", async () => {
    await add(team.owner, { alt: "", isDecoration: "yes" });
    expect((await offered()).pictures[0]?.alt).toBe("");
    const page = await (await team.owner.get(`${base}/pictures`)).text();
    const one = new RegExp(`${base}/pictures/[0-9a-f-]{36}`).exec(page)?.[0] ?? "";
    await team.owner.post(one, { alt: "A bridge" });
    expect((await offered()).pictures[0]?.alt).toBe("A bridge");
    const removed = await team.owner.post(`${one}/removal`);
    expect((await offered()).pictures[0]?.alt).not.toBe("A bridge");
    const after = await (await team.owner.get(removed.headers.get("Location") ?? "")).text();
    expect(after).toContain(`${one}/return`);
    await team.owner.post(`${one}/return`);
    expect((await offered()).pictures[0]?.alt).toBe("A bridge");
    const [other] = await env.DIRECTORY.prepare(
      "SELECT slug FROM groups JOIN memberships USING (group_no) WHERE account_no = ? AND group_no <> ?",
    )
      .bind(team.stranger.accountNo, team.group.no)
      .run<{ slug: string }>()
      .then(({ results }) => results);
    const theirs = one.replace(team.base, `/groups/${other?.slug}`);
    expect((await team.stranger.post(theirs, { alt: "Mine" })).status).toBe(404);
    expect((await team.stranger.get(`${base}/pictures.json`)).status).toBe(404);
  });
});

describe("a template that is locked", () => {
  const say = (text: string) => ({ type: "paragraph", content: [{ type: "text", text }] });
  const documentOf = (opening: string, inside: string, locked = false) =>
    JSON.stringify({
      ...{ type: "doc", attrs: { locked } },
      content: [say(opening), { type: "slot", attrs: { name: "Your story" }, content: [say(inside)] }],
    });
  const visual = (body: string, more: Record<string, string> = {}) =>
    words({ form: "visual", bodyForm: "visual", body, ...more });
  const keep = (by: Organiser, fields: Record<string, string> = {}) =>
    by.post(`${base}/templates/new`, {
      ...{ name: "Locked", subject: "S", form: "visual", isLocked: "yes" },
      ...{ body: documentOf("Ours", "Yours"), ...fields },
    });

  it("is made by whoever decides for the group, and has an open part", async () => {
    expect((await keep(team.organiser)).status).toBe(403);
    const without = JSON.stringify({ type: "doc", content: [say("Ours")] });
    expect((await keep(team.owner, { body: without })).status).toBe(422);
    const kept = (await keep(team.owner)).headers.get("Location")?.split("?")[0] ?? "";
    expect((await team.organiser.post(`${kept}/removal`)).status).toBe(403);
    expect((await team.organiser.post(kept, { name: "Open", form: "visual", body: "" })).status).toBe(403);
  });

  it("lets a mail change in its open parts alone, with and without the editor, until somebody unlocks it", async () => {
    const template = (await listTemplates(db)).find(({ name }) => name === "Locked");
    const { id, no } = await begin(team.organiser, { template: String(template?.no) });
    const bodyNow = async () => (await draftVersionsOf(db, no))[0]?.body ?? "";
    const save = (fields: Record<string, string>) =>
      team.organiser.post(`${base}/${id}`, fields, { Accept: "application/json" });
    for (const refused of [
      visual(documentOf("Theirs", "Mine", true)),
      visual(documentOf("Ours", "Mine", false)),
      words(),
      visual(documentOf("Ours", "Mine", true), { plain: "All mine" }),
      visual(JSON.stringify({ type: "doc", attrs: { locked: true }, content: [say("Ours")] })),
    ])
      expect((await save(refused)).status).toBe(422);
    // Spaces do not hide a lock.
    const spaced = JSON.stringify(JSON.parse(documentOf("Ours", "Mine", true)), null, 2);
    expect((await save(visual(spaced))).status).toBe(200);
    expect((await save(visual(documentOf("Theirs", "Mine", true), { version: "2" }))).status).toBe(422);
    const page = await (await team.organiser.get(`${base}/${id}`)).text();
    expect(page).toContain('name="slot.0"');
    expect(page).not.toContain("/unlocking");
    await team.organiser.post(
      `${base}/${id}`,
      visual(await bodyNow(), { version: "2", "slot.0": "One\n\nTwo" }),
    );
    expect(await bodyNow()).toContain('"text":"Two"');
    await team.organiser.post(`${base}/${id}/variants`);
    expect((await save({ ...words(), version: "1" })).status).not.toBe(200);
    expect((await team.organiser.post(`${base}/${id}/unlocking`)).status).toBe(403);
    await team.owner.post(`${base}/${id}/unlocking`);
    expect((await save(visual(documentOf("Theirs", "Mine"), { version: "4" }))).status).toBe(200);
  });
});

describe("the group's settings", () => {
  it("say whom new mailings are for, as long as those audiences are there", async () => {
    await team.owner.post(`${team.base}/audiences/new`, {
      ...{ name: "Usual", isShared: "yes", "i:join": "all", "i.0:is": "mailbox" },
      "i.0:domains": "supporters.example",
    });
    const audience = (await listAudiences(db)).find(({ name }) => name === "Usual")?.no ?? 0;
    const decide = (fields: Record<string, string>) =>
      team.owner.post(`${base}/settings`, { replies: "keep", undoMinutes: "1", ...fields });
    await decide({ excludeNo: String(audience), includeNo: "424242" });
    const usual = { any: [{ is: "saved", audience }] };
    expect((await begin()).target?.audience).toEqual({ include: { all: [] }, exclude: usual });
    await decide({ includeNo: String(audience) });
    expect((await begin()).target?.audience).toEqual({ include: usual });
    // What is no longer shared with all who write is not theirs to use.
    await db.d1.prepare("UPDATE audiences SET is_shared = 0 WHERE group_no = ?").bind(team.group.no).run();
    expect((await begin()).target).toBeNull();
    await decide({});
  });

  it("saves what is right, and says beside the field what is not", async () => {
    expect((await team.organiser.get(`${base}/settings`)).status).toBe(403);
    const fields = { fromName: "Rosa of Clean Air", replies: "keep", weeklyMax: "3", approvalFrom: "10 000" };
    const bad = await team.owner.post(`${base}/settings`, { ...fields, undoMinutes: "90" });
    expect(bad.status).toBe(422);
    expect(await bad.text()).toContain('href="#f-undoMinutes"');
    await team.owner.post(`${base}/settings`, { ...fields, undoMinutes: "5", tracksClicks: "yes" });
    const group = await groupBySlug(contextOf().directory, team.group.slug);
    expect(group?.settings.mail).toMatchObject({
      ...{ fromName: "Rosa of Clean Air", replies: "keep", weeklyMax: 3, approvalFrom: 10_000 },
      ...{ undoMinutes: 5, tracksOpens: false, tracksClicks: true },
    });
    expect((await versionsOf(db, (await begin()).no))[0]?.fromName).toBe("Rosa of Clean Air");
  });

  it("hold how mails end, in some lines, offered to whoever writes with the targets of actions", async () => {
    const decide = (signOff: string) =>
      team.owner.post(`${base}/settings`, { replies: "keep", undoMinutes: "1", signOff });
    const kept = async () =>
      (await groupBySlug(contextOf().directory, team.group.slug))?.settings.mail.signOff;
    await decide("  In solidarity,\r\n{{ the team }}\u0007 ");
    expect(await kept()).toBe("In solidarity,\n{{ the team }}");
    const refused = await decide("x".repeat(501));
    expect(refused.status).toBe(422);
    expect((await refused.text()).split("500 characters at most").length).toBeGreaterThan(1);
    expect(await kept()).toBe("In solidarity,\n{{ the team }}");
    const page = await (await team.organiser.get(`${base}/${(await begin()).id}`)).text();
    expect(page).toContain("<code>{{ group.sign_off }}</code>");
    expect(page).toMatch(
      /<code>\{\{ targets\.a\d+ \}\}<\/code> <span class="soft">Whom “[^<]+” is addressed to/,
    );
  });
});

describe("merge files", () => {
  const csv = (text: string) => new File([text], "halls.csv", { type: "text/csv" });
  const files = () => listMergeFiles(db);
  const locationOf = (response: Response) => response.headers.get("Location") ?? "";

  it("are brought in two steps, offered to a mailing, replaced, taken away and brought back", async () => {
    const at = `${base}/merge-files`;
    expect(await (await team.owner.get(at)).text()).toContain("No merge files yet");
    const empty = await team.organiser.upload(`${at}/new`, { name: "" });
    expect(empty.status).toBe(422);
    expect(await empty.text()).toContain('href="#f-upload"');
    const text = "Country,Town <hall>\nCA,City Hall\nAtlantis,None\nCA,Twice\n";
    const begun = await team.organiser.upload(`${at}/new`, { name: "Halls", upload: csv(text) });
    const step = locationOf(begun);
    expect(step).toMatch(/merge-files\/[0-9a-f-]{36}\/uploads\/1$/);
    const page = await (await team.organiser.get(step)).text();
    expect(page).toContain("Town &lt;hall&gt;");
    expect(page).toMatch(/value="country"[^>]*checked/);
    for (const bad of [
      { keyAt: "9", kind: "country" },
      { keyAt: "0", kind: "field" },
      { keyAt: "0", kind: "x" },
    ])
      expect((await team.organiser.post(step, bad)).status).toBe(422);
    expect((await team.organiser.post(step, { keyAt: "0", kind: "email" })).status).toBe(422);
    const taken = await team.organiser.post(step, { keyAt: "0", kind: "country" });
    const one = locationOf(taken).replace(/\?.*/, "");
    const shown = await (await team.organiser.get(locationOf(taken))).text();
    expect(shown).toContain("{{ merge.town_hall }}");
    expect(shown).toContain("2 rows were left out");
    expect(shown).toContain("Line 3");
    // The same form sent twice changes nothing.
    expect(locationOf(await team.organiser.post(step, { keyAt: "0", kind: "region" }))).toBe(one);
    const [file] = await files();
    const mailing = await written();
    const choice = { mergeFileNo: String(file?.no), withoutRow: "left_out" };
    await team.organiser.post(`${base}/${mailing.id}/merge-file`, choice);
    expect((await found(mailing.id)).settings).toMatchObject({
      mergeFileNo: file?.no,
      withoutRow: "left_out",
    });
    expect(await (await team.organiser.get(`${base}/${mailing.id}`)).text()).toContain(
      "{{ merge.town_hall }}",
    );
    const setup = await team.organiser.get(`${base}/editor.json?mailing=${mailing.id}`);
    const names = ((await setup.json()) as { fields: { name: string }[] }).fields.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["merge.town_hall", "facts.last_gift_amount"]));
    // What the third step saves leaves the choice alone.
    await team.owner.post(`${base}/${mailing.id}/review`, settings);
    expect((await found(mailing.id)).settings.mergeFileNo).toBe(file?.no);
    const again = locationOf(
      await team.owner.upload(`${one}/uploads`, { upload: csv("Country,Other\nUS,x\n") }),
    );
    expect(await (await team.owner.get(again)).text()).toContain("this file lacks: Town &lt;hall&gt;");
    await team.owner.post(again, { keyAt: "0", kind: "country" });
    expect(await (await team.owner.get(one)).text()).toContain("{{ merge.other }}");
    await team.organiser.post(one, { name: "Town halls" });
    expect((await files()).map(({ name }) => name)).toEqual(["Town halls"]);
    await team.organiser.post(`${one}/removal`);
    expect([await files(), (await team.owner.get(one)).status]).toEqual([[], 404]);
    await team.organiser.post(`${one}/return`);
    expect(await files()).toHaveLength(1);
    await db.d1
      .prepare("UPDATE mailings SET status = 'paused' WHERE group_no = ?1 AND mailing_no = ?2")
      .bind(db.groupNo, mailing.no)
      .run();
    expect((await team.organiser.post(`${one}/removal`)).status).toBe(409);
    expect(await files()).toHaveLength(1);
    expect((await team.stranger.get(one)).status).toBe(404);
  });

  it("about people are shown to whoever may see people, and to whoever brought them", async () => {
    const text = "email,note\namina@supporters.example,secret\n";
    const step = locationOf(
      await team.owner.upload(`${base}/merge-files/new`, { name: "Notes", upload: csv(text) }),
    );
    expect((await team.organiser.get(step)).status).toBe(403);
    expect(await (await team.owner.get(step)).text()).toContain("secret");
    const one = locationOf(await team.owner.post(step, { keyAt: "0", kind: "email" })).replace(/\?.*/, "");
    expect(await (await team.owner.get(one)).text()).toContain("secret");
    expect(await (await team.organiser.get(one)).text()).not.toContain("secret");
    const asKind = (kind: string) =>
      db.d1
        .prepare(
          "UPDATE merge_versions SET kind = ?2 WHERE group_no = ?1 AND upload_name = 'halls.csv' AND columns LIKE '%note%'",
        )
        .bind(db.groupNo, kind)
        .run();
    await asKind("field");
    expect(await (await team.organiser.get(one)).text()).not.toContain("secret");
    await asKind("postal_code");
    expect(await (await team.organiser.get(one)).text()).toContain("secret");
    await asKind("email");
  });

  it("tell nobody who is on the list who may not see people", async () => {
    const file = (await files()).find(({ name }) => name === "Notes");
    const mailing = await written();
    const at = `${base}/${mailing.id}`;
    await team.owner.post(
      at,
      words({
        version: "2",
        body: "{{ merge.note | default: 'x' }}",
        amp: "<p>{{ last_name | default: 'y' }}</p>",
      }),
    );
    const choose = async (by: Organiser, withoutRow: string) =>
      locationOf(await by.post(`${at}/merge-file`, { mergeFileNo: String(file?.no), withoutRow }));
    const refused = await choose(team.organiser, "left_out");
    expect(refused).toBe(`${at}?done=rows_hidden`);
    expect(await (await team.organiser.get(refused)).text()).toContain("would tell who is on the list");
    expect((await found(mailing.id)).settings.mergeFileNo).toBeNull();
    expect(await choose(team.organiser, "mailed")).toBe(`${at}?done=saved`);
    const without = /1 person has no row in the merge file/;
    expect(await (await team.owner.get(`${at}/review`)).text()).toMatch(without);
    const blind = await (await team.organiser.get(`${at}/review`)).text();
    expect(blind).not.toMatch(without);
    const blank = /nothing in “note”/;
    expect(await (await team.owner.get(`${at}/review`)).text()).toMatch(blank);
    expect(blind).not.toMatch(blank);
    expect(blind).toMatch(/nothing in “Last name”/);
    expect(await choose(team.owner, "left_out")).toBe(`${at}?done=saved`);
    expect(await choose(team.organiser, "left_out")).toBe(`${at}?done=saved`);
  });

  it("are brought so many times an hour and no more", async () => {
    const limits = [{ max: 60, windowMs: 3_600_000 }];
    const take = () => takeFromLimits(contextOf().env, "merge-file", String(team.group.no), limits);
    const taken = await Promise.all(Array.from({ length: 60 }, take));
    expect(taken.some(({ allowed }) => !allowed)).toBe(true);
    const late = await team.owner.upload(`${base}/merge-files/new`, {
      name: "Late",
      upload: csv("a,b\n1,2\n"),
    });
    expect(late.status).toBe(429);
  });
});
