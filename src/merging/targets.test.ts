import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { HandDriver, makeMailing, makeSenders } from "../../test/deliveries";
import { contextOf, makeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { createDraft } from "../actions/action";
import { actions } from "../actions/tables";
import { everybody } from "../audiences/audience";
import { call } from "../calls/call";
import { sendMailing } from "../delivery/delivery";
import { saveMailSettings } from "../groups/mail-settings";
import { dbFor, type GroupDb } from "../groups/shard";
import { type Group, groupSettings } from "../groups/types";
import { letter } from "../letters/letter";
import {
  buildVersions,
  checkAudience,
  checkVersions,
  fieldsOf,
  loadMergeValues,
  loadValuesToLookAt,
  mailTemplates,
  standIn,
} from "../mailings/content";
import { versionsOf } from "../mailings/mailing";
import type { Mailing } from "../mailings/types";
import { createList, replaceList } from "../officials/target-list";
import type { ListedTarget } from "../officials/types";
import { wholeText } from "../platform/mail/mail-text";
import { fillLinkFor } from "../tracking/filling";
import { addressedActions, addresseesOf, offeredTargets, type Place, TARGET_ACTIONS_MAX } from "./targets";

const official = (name: string, changes: Partial<ListedTarget>): ListedTarget => ({
  ...{ key: name, name, title: "", office: "", email: `${name}@city.example`, phone: "+16135550100" },
  ...{ language: "" as const, form: "", districts: [], prefixes: [], ...changes },
});
const CITY = [
  official("Ana & Co", { prefixes: ["K1A"] }),
  official("Bo", { prefixes: ["K1A"], phone: "" }),
  official("Cy", { districts: ["Ward 1"], prefixes: ["M5V"] }),
  official("Di", { districts: ["Ward 2"], prefixes: ["M5V"] }),
];
const fallback = { name: "The mayor", email: "mayor@city.example", phone: "+16135550199" };

let group: Group;
let db: GroupDb;
/** The numbers of a petition, a letter and a call. */
let nos: { petition: number; letter: number; call: number };

beforeAll(async () => {
  ({ group, db } = await makeSenders(5));
  const places = ["K1A 0B1", "k1a0b1", "M5V 3L9", null, "V5K 0A1"];
  for (const [index, place] of places.entries())
    await db.d1
      .prepare("UPDATE people SET postal_code = ?3, country = 'CA' WHERE group_no = ?1 AND person_no = ?2")
      .bind(group.no, index + 1, place)
      .run();
  const list = await listOf(CITY);
  const source = { from: "list", listId: list.id };
  nos = {
    petition: (
      await makePetition(group, {
        settings: {
          targets: [
            { name: "Eve", title: "" },
            { name: "Flo", title: "" },
          ],
        },
      })
    ).no,
    letter: await addressed(letter, { source }),
    call: await addressed(call, { source: { ...source, fallback } }),
  };
});

async function listOf(targets: readonly ListedTarget[]) {
  const list = await createList(contextOf(), group, "City");
  if (!list) throw new Error("no list");
  await replaceList(contextOf(), group, list, targets);
  return list;
}

async function addressed(kind: typeof letter, settings: Record<string, unknown>): Promise<number> {
  const draft = await createDraft(contextOf(), group, kind, { title: "The night bus", by: 1 });
  if (!draft) throw new Error("no draft");
  const changed = {
    status: "published" as const,
    settings: kind.settings.parse({ ...draft.settings, ...settings }),
  };
  await db.db.update(actions).set(changed).where(eq(actions.id, draft.id));
  return draft.no;
}

async function said(mailing: Mailing, people: readonly number[], of: Group = group) {
  const versions = await versionsOf(dbFor(env, of), mailing.no);
  const { builds } = await buildVersions(contextOf(), of, mailing, versions, null);
  const values = await loadMergeValues(contextOf(), of, people, fieldsOf(builds));
  const template = mailTemplates(builds, { group: of })(1, of.locale);
  return people.map((no) => template?.render(values.get(no) ?? standIn(), "KEY"));
}

const firstLine = (text: string | undefined) => text?.split("\n")[0]?.trim();
const lines = async (mailing: Mailing) =>
  (await said(mailing, [1, 2, 3, 4, 5])).map((mail) => firstLine(mail?.text));

describe("the names of targets", () => {
  it("are those of a petition for everybody, as the language lists them, escaped", async () => {
    const body = `<p>Tell {{ targets.a${nos.petition} }}</p>`;
    const mailing = await makeMailing(group, { body });
    expect(await lines(mailing)).toEqual(Array.from({ length: 5 }, () => "Tell Eve and Flo"));
    expect(
      await fillLinkFor(
        contextOf(),
        group,
        { groupNo: group.no, mailingNo: 1, personNo: 1, isProof: false },
        `https://a.example/?to={{ targets.a${nos.petition} | url_encode }}`,
      ),
    ).toBe("https://a.example/?to=Eve+and+Flo");
  });

  it("are listed in a link in the language of the mail that somebody got", async () => {
    const mailing = await makeMailing(group, { body: "<p>Hello</p>" });
    await db.d1.batch([
      db.d1
        .prepare(
          "UPDATE people SET language = iif(person_no = 1, 'en', 'fr') WHERE group_no = ?1 AND person_no < 4",
        )
        .bind(group.no),
      db.d1
        .prepare(
          "INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status, variant_no) VALUES (?1, ?2, 3, 3, 2)",
        )
        .bind(group.no, mailing.no),
      ...[
        [1, "en"],
        [1, "fr"],
        [2, "en"],
      ].map(([variantNo, language]) =>
        db.d1
          .prepare(
            `INSERT INTO mailing_builds (group_no, mailing_no, variant_no, language, from_name, subject, preview, html, plain)
             VALUES (?1, ?2, ?3, ?4, '', '', '', '', '')`,
          )
          .bind(group.no, mailing.no, variantNo, language),
      ),
    ]);
    const to = (personNo: number) =>
      fillLinkFor(
        contextOf(),
        group,
        { groupNo: group.no, mailingNo: mailing.no, personNo, isProof: false },
        `https://a.example/?to={{ targets.a${nos.petition} | url_encode }}`,
      );
    expect([await to(1), await to(2), await to(3)]).toEqual([
      "https://a.example/?to=Eve+and+Flo",
      "https://a.example/?to=Eve+et+Flo",
      "https://a.example/?to=Eve+and+Flo",
    ]);
  });

  it("are each person's own officials where a letter goes by place, and blank where that is open", async () => {
    const mailing = await makeMailing(group, {
      body: `<p>{% if targets.a${nos.letter} %}To {{ targets.a${nos.letter} }}{% else %}To them{% endif %}</p>`,
    });
    expect(await lines(mailing)).toEqual([
      "To Ana & Co and Bo",
      "To Ana & Co and Bo",
      "To them",
      "To them",
      "To them",
    ]);
    const [first] = await said(mailing, [1]);
    expect(first?.html).toContain("Ana &amp; Co");
  });

  it("are those with a telephone where people call, and else the organiser's fallback", async () => {
    const mailing = await makeMailing(group, {
      body: `<p>{{ targets.a${nos.call} | default: 'your council' }}</p>`,
    });
    expect(await lines(mailing)).toEqual([
      ...["Ana & Co and The mayor", "Ana & Co and The mayor", "your council", "your council", "The mayor"],
    ]);
  });

  it("take one statement more, for however many people", async () => {
    const mailing = await makeMailing(group, {
      body: `<p>{{ targets.a${nos.letter} }} {{ targets.a${nos.call} }}</p>`,
    });
    const { builds } = await buildVersions(
      contextOf(),
      group,
      mailing,
      await versionsOf(db, mailing.no),
      null,
    );
    const asked: string[] = [];
    const counted = new Proxy(env[group.shard as "SHARD_00"], {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (name !== "prepare") return typeof value === "function" ? value.bind(target) : value;
        return (sql: string) => {
          asked.push(sql);
          return target.prepare(sql);
        };
      },
    });
    const ctx = contextOf({ ...env, [group.shard]: counted } as typeof env);
    await loadMergeValues(ctx, group, [1], fieldsOf(builds));
    const one = asked.length;
    await loadMergeValues(ctx, group, [1, 2, 3, 4, 5], fieldsOf(builds));
    expect([one, asked.length]).toEqual([2, 4]);
  });

  it("are counted where they are blank, before a mailing is sent", async () => {
    const mailing = await makeMailing(group, {
      body: `<p>{{ targets.a${nos.letter} }} {{ targets.a${nos.call} }} {{ targets.a${nos.petition} }}</p>`,
    });
    const { builds } = await buildVersions(
      contextOf(),
      group,
      mailing,
      await versionsOf(db, mailing.no),
      null,
    );
    const { blanks, people } = await checkAudience(contextOf(), group, everybody, fieldsOf(builds));
    expect({ blanks, people }).toEqual({
      blanks: { [`targets.a${nos.letter}`]: 3, [`targets.a${nos.call}`]: 2, [`targets.a${nos.petition}`]: 0 },
      people: 5,
    });
  });

  it("are offered of public actions, and unknown of another group's, of a form's, and of none", async () => {
    const offered = (await offeredTargets(db)).map(({ field }) => field);
    expect(offered).toEqual([`targets.a${nos.call}`, `targets.a${nos.letter}`, `targets.a${nos.petition}`]);
    const { group: other } = await makeGroup({ postalAddress: "1 Street" });
    const foreign = await makeMailing(other, {
      body: `<p>{{ targets.a${nos.petition} }} {{ targets.all }}</p>`,
    });
    const problems = await checkVersions(
      contextOf(),
      other,
      foreign,
      await versionsOf(dbFor(env, other), foreign.no),
      null,
    );
    const unknown = problems.filter(({ code }) => code === "unknown_field").map(({ values }) => values.field);
    expect(unknown.toSorted()).toEqual([`targets.a${nos.petition}`, "targets.all"]);
    expect(firstLine((await said(foreign, [1], other))[0]?.text)).toBe("");
  });

  it("are nobody's of a draft, which anybody who writes may change, and of an action that an operator limited", async () => {
    const draft = await createDraft(contextOf(), group, call, { title: "Quieter nights", by: 1 });
    const limited = await makePetition(group, { limitedAt: 1 });
    const nos = [draft?.no ?? 0, limited.no];
    expect(await addressedActions(contextOf(), group, nos)).toEqual([]);
    expect(await addresseesOf(contextOf(), group, nos)).toEqual([]);
    const offered = (await offeredTargets(db)).map(({ field }) => field);
    for (const no of nos) expect(offered).not.toContain(`targets.a${no}`);
  });

  it("are agreed to as they are, or by where they are looked up and who stands in for them", async () => {
    const { group: other } = await makeGroup();
    expect(await addresseesOf(contextOf(), other, [nos.petition])).toEqual([]);
    const [petition, letter, call] = await addresseesOf(contextOf(), group, Object.values(nos));
    expect(petition).toEqual({ actionNo: nos.petition, names: ["Eve", "Flo"], source: null });
    expect(letter).toMatchObject({ names: [], source: ["list", expect.any(String), "", "", ""] });
    expect(call?.source?.slice(2)).toEqual(Object.values(fallback));
  });

  it("are asked about once where they are the same for everybody, and once for a place however it is written", async () => {
    const [petition, list] = await addressedActions(contextOf(), group, [nos.petition, nos.letter]);
    expect([petition?.source, list?.source?.from]).toEqual([null, "list"]);
    const [one, other] = await Promise.all(
      ["K1A 0B1", "k1a0b1"].map((postalCode) => list?.namesAt({ country: "CA", postalCode })),
    );
    expect(one).toEqual(["Ana & Co", "Bo"]);
    // The same answer, not one that says the same.
    expect(one).toBe(other);
  });

  it("are counted of few people at first where each may live at another place", async () => {
    const move = (from: number, to: number) =>
      db.d1
        .prepare("UPDATE people SET person_no = ?3 WHERE group_no = ?1 AND person_no = ?2")
        .bind(group.no, from, to)
        .run();
    const needed = { person: [], custom: [], tags: false };
    const reached = async (no: number) =>
      (await checkAudience(contextOf(), group, everybody, { ...needed, targets: [no] }, null, -1)).after;
    await move(5, 2_000);
    expect([await reached(nos.petition), await reached(nos.letter)]).toEqual([2_000, 500]);
    await move(2_000, 5);
  });

  it("are nobody's to somebody who said no country, unless their code is written as in the group's alone", async () => {
    const commons = await addressed(letter, { source: { from: "builtin", sets: ["ca-commons"] } });
    const senate = await addressed(letter, { source: { from: "builtin", sets: ["us-senate"] } });
    const districts = await addressed(letter, {
      source: { from: "list", listId: (await listOf([official("Hy", { districts: ["NY-13"] })])).id },
    });
    const namesAt = async (of: Group, no: number, place: Place) =>
      (await addressedActions(contextOf(), of, [no]))[0]?.namesAt(place);
    const american = { ...group, country: "US" };
    const canadian = { ...group, country: "CA" };
    const nowhere = (postalCode: string) => ({ country: null, postalCode });
    expect(await namesAt(american, senate, { country: "US", postalCode: "10115" })).toHaveLength(2);
    expect(await namesAt(american, senate, nowhere("10115"))).toEqual([]);
    expect(await namesAt(american, districts, { country: "US", postalCode: "10115" })).toEqual(["Hy"]);
    expect(await namesAt(american, districts, nowhere("10115"))).toEqual([]);
    expect(await namesAt(canadian, commons, nowhere("k1p 5m7"))).toHaveLength(1);
    expect(await namesAt(american, commons, nowhere("k1p 5m7"))).toEqual([]);
    // A list that goes by codes alone asks no country.
    expect(await namesAt(american, nos.letter, nowhere("K1A 0B1"))).toEqual(["Ana & Co", "Bo"]);
  });

  it("are not counted, and left out of what is looked at, while the officials cannot be read", async () => {
    const house = await addressed(letter, { source: { from: "builtin", sets: ["us-house"] } });
    // A code that nothing else asks for: what was read once stays in memory.
    await db.d1
      .prepare(
        "UPDATE people SET postal_code = '59718', country = 'US' WHERE group_no = ?1 AND person_no = 5",
      )
      .bind(group.no)
      .run();
    const ASSETS = { fetch: async () => new Response("", { status: 503 }) };
    const down = contextOf({ ...env, ASSETS } as never);
    const needed = { person: [], custom: [], tags: false, targets: [house, nos.petition] };
    const check = await checkAudience(down, group, everybody, needed);
    expect(check).toMatchObject({
      blanks: { [`targets.a${nos.petition}`]: 0 },
      notCounted: [`targets.a${house}`],
    });
    expect(check.blanks).not.toHaveProperty(`targets.a${house}`);
    await expect(loadMergeValues(down, group, [5], needed)).rejects.toThrow("503");
    expect((await loadValuesToLookAt(down, group, [5], needed)).get(5)?.targets).toEqual({
      [`a${house}`]: [],
      [`a${nos.petition}`]: ["Eve", "Flo"],
    });
  });

  it.each([
    ["after a line break", (no: number) => `{{\ntargets.a${no} | default: "them" }}`],
    ["in brackets", (no: number) => `{{ targets["a${no}"] | default: "them" }}`],
  ])("are known %s too", async (_, field) => {
    const mailing = await makeMailing(group, { body: `<p>${field(nos.petition)}</p>` });
    const problems = await checkVersions(contextOf(), group, mailing, await versionsOf(db, mailing.no), null);
    expect(problems.filter(({ isError }) => isError)).toEqual([]);
  });

  it("ask for words for whom they are blank to, and are of ten actions at most", async () => {
    const codes = async (body: string) => {
      const mailing = await makeMailing(group, { body });
      const problems = await checkVersions(
        contextOf(),
        group,
        mailing,
        await versionsOf(db, mailing.no),
        null,
      );
      return problems.map(({ code }) => code);
    };
    expect(await codes(`<p>{{ targets.a${nos.letter} }}</p>`)).toContain("field_blank");
    expect(await codes(`<p>{{ targets.a${nos.letter} | default: "them" }}</p>`)).not.toContain("field_blank");
    const many = Array.from({ length: TARGET_ACTIONS_MAX + 1 }, (_, no) => `{{ targets.a${no + 1} }}`);
    expect(await codes(`<p>${many.join(" ")}</p>`)).toContain("targets_over");
    expect(await codes(`<p>${many.slice(1).join(" ")}</p>`)).not.toContain("targets_over");
    const inBrackets = many.map((field) => field.replace(/\.(a\d+)/, '["$1"]'));
    expect(await codes(`<p>${inBrackets.join(" ")}</p>`)).toContain("targets_over");
    expect(await codes(`<p>{{ "${many.join(" ").replace(/[{}]/g, "")}" }}</p>`)).not.toContain(
      "targets_over",
    );
  });
});

describe("the sign-off of a group", () => {
  const signed = (signOff: string): Group => ({
    ...group,
    settings: groupSettings.parse({ ...group.settings, mail: { ...group.settings.mail, signOff } }),
  });

  it("keeps its lines in text and HTML, is escaped, and is one line in a subject", async () => {
    const its = signed("In solidarity,\n<b>the team</b>");
    const mailing = await makeMailing(group, { body: "<p>{{ group.sign_off }}</p>" });
    await db.d1
      .prepare(
        "UPDATE mailing_versions SET subject = 'From {{ group.sign_off }}' WHERE group_no = ?1 AND mailing_no = ?2",
      )
      .bind(group.no, mailing.no)
      .run();
    const [mail] = await said(mailing, [1], its);
    expect(mail?.text).toContain("In solidarity,\n<b>the team</b>");
    expect(mail?.html).toMatch(/In solidarity,<br>\n&lt;b&gt;the team&lt;\/b&gt;<\/p>/);
    expect(mail?.html).toContain("<title>From In solidarity, &lt;b&gt;the team");
    expect(mail?.subject).toBe("From In solidarity, <b>the team</b>");
  });

  it.each([
    ["group.sign_off != blank", "yes"],
    ["group.sign_off == blank", "no"],
    ["group.sign_off == empty", "no"],
    ['group.sign_off contains "solidarity"', "yes"],
    ["group.sign_off == 'In solidarity'", "yes"],
    ["group.sign_off != 'In solidarity'", "no"],
    ["group.sign_off.size == 13", "yes"],
    ["group.sign_off", "yes"],
  ])("is a text to a condition: %s is %s", async (condition, answer) => {
    const body = `<p>{% if ${condition} %}yes{% else %}no{% endif %}</p>`;
    const mailing = await makeMailing(group, { body });
    const [mail] = await said(mailing, [1], signed("In solidarity"));
    expect(firstLine(mail?.text)).toBe(answer);
    expect(mail?.html).toContain(`>${answer}</p>`);
  });

  it("keeps its lines through filters and other names, and is one line in an attribute", async () => {
    const body = `{% assign bye = group.sign_off | upcase %}<p>{{ bye }}</p><p>{{ group["sign_off"] | default: "x" }}</p>
      <img src="https://a.example/a.png" alt="{{ group.sign_off }}"><img src="https://a.example/b.png" alt="{{ bye }}">`;
    const [mail] = await said(await makeMailing(group, { body }), [1], signed("Yours,\nus"));
    expect(mail?.html).toContain("YOURS,<br>\nUS</p>");
    expect(mail?.html).toContain("Yours,<br>\nus</p>");
    expect(mail?.html).toContain('alt="Yours, us"');
    expect(mail?.html).toContain('alt="YOURS, US"');
  });

  it("is what default says where there is none, and is said to be missing", async () => {
    const body = "<p>{{ group.sign_off | default: 'Yours' }}{% if group.sign_off %}, us{% endif %}</p>";
    const mailing = await makeMailing(group, { body });
    expect(firstLine((await said(mailing, [1]))[0]?.text)).toBe("Yours");
    expect(firstLine((await said(mailing, [1], signed("Us")))[0]?.text)).toBe("Us, us");
    const codesOf = async (its: Group) =>
      (await checkVersions(contextOf(), its, mailing, await versionsOf(db, mailing.no), null)).map(
        ({ code }) => code,
      );
    expect(await codesOf(group)).toContain("sign_off_empty");
    expect(await codesOf(signed("Us"))).not.toContain("sign_off_empty");
  });

  it("goes on as it was when the mailing was prepared, whatever is written later", async () => {
    const { group: its } = await makeSenders(2, { mail: { undoMinutes: 0, signOff: "Then" } as never });
    const mailing = await makeMailing(its, { body: "<p>{{ group.sign_off }}</p>" });
    const driver = new HandDriver(its, mailing);
    await sendMailing(contextOf(driver.env), its, mailing, { by: 1, startAt: null });
    await driver.turn();
    await driver.turn();
    await saveMailSettings(contextOf(), its, { no: 1 }, { signOff: "Now" });
    await driver.run();
    expect(driver.sent.map(({ message }) => firstLine(wholeText(message.text)))).toEqual(["Then", "Then"]);
  });
});
