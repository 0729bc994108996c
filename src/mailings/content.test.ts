import { beforeAll, describe, expect, test } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { kinds } from "../kinds";
import { makeField, setFieldValues } from "../people/custom-field";
import { ensureTags, tagPeople } from "../people/tag";
import { idToBytes, newId } from "../platform/ids";
import { locales, translator } from "../ui/i18n";
import {
  buildVersions,
  checkAudience,
  checkVersions,
  fieldsOf,
  fillLink,
  loadMergeValues,
  mailTemplates,
  previewOf,
  problemWords,
  standIn,
} from "./content";
import { pathOfKind } from "./content/material";
import type { Problem } from "./content/types";
import { type MailingVersion, mailingSettings } from "./types";

const ctx = contextOf();
let group: Group;
let db: GroupDb;
let petition: Awaited<ReturnType<typeof makePetition>>;
let origin: string;

beforeAll(async () => {
  ({ group } = await makeGroup({ postalAddress: "1 Main Street" }));
  db = dbFor(ctx.env, group);
  petition = await makePetition(group, { status: "published" });
  origin = `${ctx.config.platform.protocol}//${group.slug}.${ctx.config.ROOT_DOMAIN}${ctx.config.platform.port ? `:${ctx.config.platform.port}` : ""}`;
  for (const [no, name, city] of [
    [1, "Ana", "Hamilton"],
    [2, "", "Toronto"],
    [3, "https://evil.example", null],
    [4, "Bo", ""],
  ] as const)
    await db.d1
      .prepare(
        "INSERT INTO people (group_no, person_no, id, email, given_name, locality, language, email_status, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)",
      )
      .bind(
        group.no,
        no,
        idToBytes(newId()),
        `p${no}@example.org`,
        name,
        city,
        no === 2 ? "fr" : null,
        no === 4 ? 2 : 1,
      )
      .run();
  const field = await makeField(db, { label: "Branch", type: "text" }, 1);
  await setFieldValues(db, 1, [[field ?? 0, "West"]], 2);
  const [tag] = await ensureTags(db, ["nurse"], 1);
  await tagPeople(db, tag ?? 0, [1], 2);
});

const settings = mailingSettings.parse({ linkQuery: "utm_campaign=spring" });
const mailing = { no: 5, settings };
const version = (changes: Partial<MailingVersion> = {}): MailingVersion => ({
  variantNo: 1,
  language: "en",
  fromName: "Us",
  subject: "Hi",
  preview: "p",
  form: "markdown",
  body: "Hello",
  plain: null,
  revision: 1,
  ...changes,
});

test("numbers links once for all versions, and tells the group's own actions from other pages", async () => {
  const body = `[a](${origin}/petitions/${petition.slug}#form) [b](https://news.example/?x=1) [c](${origin}/petitions/${petition.slug}?source=own) [d](${origin}/petitions/none)`;
  const versions = [version({ body }), version({ variantNo: 2, body: body.slice(0, body.indexOf("[c]")) })];
  const { builds, links } = await buildVersions(ctx, group, mailing, versions, null);
  const own = `${origin}/petitions/${petition.slug}`;
  expect(links).toEqual([
    { no: 1, url: `${own}?source=m5-1#form`, actionNo: petition.no },
    { no: 2, url: "https://news.example/?x=1&utm_campaign=spring", actionNo: null },
    { no: 3, url: `${own}?source=own`, actionNo: petition.no },
    { no: 4, url: `${origin}/petitions/none?utm_campaign=spring`, actionNo: null },
    { no: 5, url: `${own}?source=m5-2#form`, actionNo: petition.no },
  ]);
  expect(builds.map(({ variantNo }) => variantNo)).toEqual([1, 2]);
  expect(builds[1]?.html).toContain(`${origin}/m/{{ mail_key }}/5"`);
  const untracked = await buildVersions(
    ctx,
    group,
    { no: 5, settings: { ...settings, tracksClicks: false, tracksOpens: false } },
    versions,
    null,
  );
  expect(untracked.links).toEqual([]);
  expect(untracked.builds[0]?.html).toContain(`href="${own}?source=m5-1#form"`);
  expect(untracked.builds[0]?.html).not.toContain("open.gif");
});

test("knows the address of every kind of action", () => {
  expect(kinds.map(({ name }) => pathOfKind(name))).toEqual(kinds.map(({ path }) => path));
});

test("reads what a mail says of people in one statement, and nothing that looks like a link as a name", async () => {
  const body =
    "{{ first_name | default: 'friend' }} {{ city }} {{ fields.branch }} {% if tags contains 'nurse' %}N{% endif %}";
  const { builds } = await buildVersions(
    ctx,
    group,
    mailing,
    [version({ body, subject: "{{ first_name }}!" })],
    null,
  );
  const needed = fieldsOf(builds);
  expect(needed).toEqual({ person: ["city", "first_name"], custom: ["branch"], tags: true });
  const values = await loadMergeValues(ctx, group, [1, 2, 3, 99], needed);
  expect([...values.keys()]).toEqual([1, 2, 3]);
  expect(values.get(2)).toMatchObject({ email: "p2@example.org", language: "fr", givenName: "" });
  const template = mailTemplates(builds, { group })(1, "es");
  const says = (no: number) =>
    template
      ?.render(values.get(no) ?? standIn(), "K")
      .text.split("\n")[0]
      ?.trim();
  expect([says(1), says(2), says(3)]).toEqual(["Ana Hamilton West N", "friend Toronto", "friend"]);
  expect(template?.render(values.get(1) ?? standIn(), "K").subject).toBe("Ana!");
  expect(mailTemplates(builds, { group })(2, "en")).toBeNull();
  await expect(async () =>
    loadMergeValues(
      ctx,
      group,
      Array.from({ length: 201 }, (_, no) => no),
      needed,
    ),
  ).rejects.toThrow();
});

test("reads nobody of another group", async () => {
  const { group: other } = await makeGroup();
  const values = await loadMergeValues(ctx, other, [1, 2], {
    person: [],
    custom: ["branch"],
    tags: true,
  });
  expect(values.size).toBe(0);
});

test("falls back to the group's language", async () => {
  const { builds } = await buildVersions(
    ctx,
    group,
    mailing,
    [version(), version({ language: "fr", body: "Bonjour" })],
    null,
  );
  const templates = mailTemplates(builds, { group });
  expect([templates(1, "fr"), templates(1, "es"), templates(1, null)].map((each) => each?.language)).toEqual([
    "fr",
    "en",
    "en",
  ]);
  expect(templates(1, "fr")?.render(standIn(), "K").text).toContain("Se désinscrire\u202f: http");
});

test("fills an address for one person, and lets no value change where it leads", () => {
  const url = "https://news.example/?n={{ first_name | url_encode }}";
  expect(fillLink(url, standIn({ first_name: "A&B" }))).toBe("https://news.example/?n=A%26B");
  expect(fillLink("https://news.example{{ city }}/", standIn({ city: ".evil.example" }))).toBeNull();
  expect(fillLink("https://news.example/{{ x | nofilter }}")).toBeNull();
});

test("greets people as they like to be called, else by their first name, and counts who has neither", async () => {
  const called = (no: number, name: string | null) =>
    db.d1
      .prepare("UPDATE people SET preferred_name = ?3 WHERE group_no = ?1 AND person_no = ?2")
      .bind(group.no, no, name)
      .run();
  await called(1, "Annie");
  await called(3, "https://evil.example");
  const { builds } = await buildVersions(
    ctx,
    group,
    mailing,
    [version({ body: "Hi {{ preferred_name | default: 'friend' }}", subject: "x" })],
    null,
  );
  const needed = fieldsOf(builds);
  expect(needed.person).toEqual(["preferred_name"]);
  const values = await loadMergeValues(ctx, group, [1, 2, 3, 4], needed);
  expect([1, 2, 3, 4].map((no) => values.get(no)?.fields.preferred_name)).toEqual([
    "Annie",
    undefined,
    undefined,
    "Bo",
  ]);
  const all = { include: { all: [] } };
  let so = await checkAudience(ctx, group, all, needed, null, -1);
  while (!so.isWhole) so = await checkAudience(ctx, group, all, needed, so, -1);
  expect(so.blanks).toEqual({ preferred_name: 1 });
  await called(1, null);
  await called(3, null);
});

test("counts who of an audience lacks what the mail says, among those on the list, part by part", async () => {
  const needed = { person: ["first_name", "city"], custom: ["branch"], tags: false };
  const everybody = { include: { all: [] } };
  const first = await checkAudience(ctx, group, everybody, needed, null, -1);
  let so = first;
  while (!so.isWhole) so = await checkAudience(ctx, group, everybody, needed, so, -1);
  expect(so).toMatchObject({
    isWhole: true,
    people: 3,
    blanks: { first_name: 1, city: 1, "fields.branch": 2 },
  });
});

test("shows a version as somebody gets it, or why it cannot be shown", async () => {
  const shown = await previewOf(
    ctx,
    group,
    mailing,
    version({ preview: "For {{ first_name }}" }),
    null,
    standIn({ first_name: "Ana" }),
  );
  expect(shown).toMatchObject({ subject: "Hi", preview: "For Ana", problem: null });
  expect(shown.html).not.toContain("open.gif");
  const broken = await previewOf(ctx, group, mailing, version({ body: "{% if %}" }), null);
  expect(broken.problem).toMatch(/line 1/);
});

describe("checks", () => {
  const codesOf = (problems: Problem[]) =>
    problems.map(({ code, part, line }) => `${code} ${part} ${line ?? "-"}`);
  const check = async (changes: Partial<MailingVersion>, checked = group) =>
    codesOf(await checkVersions(ctx, checked, mailing, [version(changes)], null));

  test("find nothing wrong with a plain mail", async () => {
    expect(await check({})).toEqual([]);
  });

  test.each([
    [{ subject: "" }, "subject_empty subject -"],
    [{ subject: "x".repeat(71) }, "subject_long subject -"],
    [{ subject: "x".repeat(251) }, "subject_over subject -"],
    [{ subject: "{{ first_name" }, "liquid subject 1"],
    [{ subject: '{% snippet "x" %}' }, "liquid subject 1"],
    [{ fromName: "{{ nobody }}" }, "unknown_field from 1"],
    [{ preview: "" }, "preview_empty preview -"],
    [{ body: "" }, "body_empty body -"],
    [{ body: "<!-- x -->" }, "body_empty body -"],
    [{ body: "a\n\n{{ frist_name }}" }, "unknown_field body 3"],
    [{ body: "a\n{{ fields.brunch | default: 'x' }}" }, "unknown_field body 2"],
    [{ body: "a\n{{ fields.branch }}" }, "field_blank body 2"],
    [{ body: "a\n{% if %}b{% endif %}\n{% for %}" }, "liquid body 2"],
    [{ body: "a\n{{ city | default: 'x' | shout }}" }, "unknown_filter body 2"],
    [{ body: "a\n[b](news.example/x)" }, "link_scheme body 2"],
    [{ body: "a\n\n<img src='https://news.example/x.png'>" }, "image_alt body 3"],
    [{ body: "a <blink>b</blink>" }, "removed body -"],
    [{ body: "word ".repeat(25_000) }, "clipped body -"],
    [{ body: "a {{ 1 | divided_by: 0 }}{% for i in (1..99999999) %}x{% endfor %}" }, "too_large body -"],
    [{ body: '{% snippet "none" %}a' }, "snippet_unknown body -"],
    [{ plain: "{% else %}" }, "liquid plain 1"],
    [{ form: "visual", body: "{x" }, "body_form body -"],
    [
      {
        form: "visual",
        body: JSON.stringify({
          type: "doc",
          content: [
            { type: "paragraph", content: [{ type: "field", attrs: { name: "nope", fallback: "" } }] },
          ],
        }),
      },
      "unknown_field body -",
    ],
    [
      {
        form: "visual",
        body: JSON.stringify({
          type: "doc",
          content: [
            {
              type: "condition",
              attrs: { clauses: [{ field: "fields.nope", is: "filled", value: "" }] },
              content: [{ type: "paragraph", content: [{ type: "text", text: "a" }] }],
            },
          ],
        }),
      },
      "unknown_field body -",
    ],
  ] satisfies [Partial<MailingVersion>, string][])("say of %j: %s", async (changes, wanted) => {
    expect(await check(changes)).toContain(wanted);
  });

  test("ask each copy for the way out, in every language of a wrapper, and say that the address is missing, and that an action is not public", async () => {
    const html = "{{ content }}{% if city %}<a href='{{ unsubscribe_url }}'>x</a>{% endif %}";
    const wrapper = {
      ...{ no: 1, id: newId<never>(), name: "W", html, plain: "", revision: 1, updatedAt: 1 },
      ...{ language: null, foot: "", amp: "", others: [], versions: [] },
    };
    // What it hides from some, or says in one part or language alone, stands below.
    expect(codesOf(await checkVersions(ctx, group, mailing, [version()], wrapper))).toEqual([]);
    const way = "{{ content }}<a href='{{ unsubscribe_url }}'>x</a>";
    const french = { language: "fr" as const, html: way, plain: "{{ content }}", foot: "", amp: "" };
    const mixed = { ...wrapper, html: "{{ content }}", others: ["fr" as const], versions: [french] };
    const found = await checkVersions(ctx, group, mailing, [version(), version({ language: "fr" })], mixed);
    expect(found).toEqual([]);
    const hidden = { ...wrapper, html: "{{ content }}", amp: html };
    expect(codesOf(await checkVersions(ctx, group, mailing, [version({ amp: "<p>x</p>" })], hidden))).toEqual(
      [],
    );
    for (const cut of [
      "{% unless city %}{% break %}{% endunless %}",
      "{% for tag in tags %}{% endfor %}{%- continue %}",
      "{% comment %}{% for a in b %}{% endcomment %}{% break %}",
      '{% if city %}{% assign mail_key = "x" %}{% endif %}',
      '{% assign group = "" %}',
    ])
      expect(
        codesOf(
          await checkVersions(
            ctx,
            group,
            mailing,
            [version({ form: "html", body: `<p>Hello</p>${cut}` })],
            null,
          ),
        ),
      ).toEqual(["not_rendered body -"]);
    const whole =
      "{% for tag in tags %}{% break %}{% endfor %}{% assign grouped = 1 %}{% raw %}{% break %}{% endraw %}";
    expect(
      codesOf(
        await checkVersions(
          ctx,
          group,
          mailing,
          [version({ form: "html", body: `<p>Hello</p>${whole}` })],
          null,
        ),
      ),
    ).toEqual([]);
    expect(
      codesOf(await checkVersions(ctx, group, mailing, [version({ amp: "{{ nothing }}" })], null)),
    ).toEqual(["unknown_field amp 1"]);
    const large = version({ amp: `<p>${"x".repeat(199_000)}</p>` });
    expect(await checkVersions(ctx, group, mailing, [large], null)).toMatchObject([
      { code: "amp_too_large", part: "amp", isError: true, values: { size: 201, most: 200 } },
    ]);
    expect(await check({}, { ...group, postalAddress: " " })).toEqual(["no_postal_address group -"]);
    const draft = await makePetition(group, { status: "draft" });
    expect(await check({ body: `[a](${origin}/petitions/${draft.slug})` })).toEqual([
      "action_not_public body -",
    ]);
  });

  test("say each problem in three languages, with its place and what to do", async () => {
    const problems = await checkVersions(
      ctx,
      group,
      mailing,
      [version({ body: "a\n{{ nope }}", preview: "", subject: "" })],
      null,
    );
    for (const locale of locales)
      for (const problem of problems) {
        const words = Object.values(problemWords(translator(locale), problem));
        expect(words.join(" ")).not.toMatch(/mailContent|\{\{|undefined/);
      }
    expect(problems.filter(({ isError }) => isError).map(({ code }) => code)).toEqual([
      "subject_empty",
      "unknown_field",
    ]);
  });
});
