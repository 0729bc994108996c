import { beforeAll, describe, expect, test } from "vitest";
import { makeGroup } from "../../test/groups";
import { makePetition, snapshotOf } from "../../test/petitions";
import { world } from "../../test/world";
import type { PetitionSettings } from "../petitions/types";
import type { FormValues } from "../platform/forms";
import { type Locale, translator } from "../ui/i18n";
import { type Answer, askedFields, readAnswer } from "./answer";
import { type ActionSnapshot, COMMENT_MAX, question } from "./types";

const amina = world.supporters[0];
const address = new URL("http://riverside.localhost/petitions/clean-air?source=leaflet");
const signed = {
  givenName: amina.givenName,
  familyName: amina.familyName,
  email: amina.email,
  country: "CA",
  postalCode: amina.postalCode,
};

let plain: ActionSnapshot;

beforeAll(async () => {
  plain = await snapshotWith({});
});

async function snapshotWith(
  settings: Partial<PetitionSettings>,
  locale: Locale = "en",
): Promise<ActionSnapshot> {
  const { group } = await makeGroup({ locale });
  return snapshotOf(group, await makePetition(group, { settings, locale }));
}

function read(snapshot: ActionSnapshot, values: FormValues, at: URL = address): Answer {
  return readAnswer(translator(snapshot.action.locale), snapshot, values, at);
}

function taken(snapshot: ActionSnapshot, values: FormValues, at?: URL) {
  const answer = read(snapshot, values, at);
  if (answer.is === "invalid") throw new Error(JSON.stringify(answer.errors));
  return answer.participation;
}

function refused(snapshot: ActionSnapshot, values: FormValues): Record<string, string> {
  const answer = read(snapshot, values);
  return answer.is === "invalid" ? answer.errors : {};
}

test("a good answer becomes a participation, normalised", () => {
  const values = {
    ...signed,
    email: `  ${amina.email.toUpperCase()} `,
    postalCode: "m4m2t1",
    consent: "yes",
    comment: " Now. ",
    isNamed: "yes",
  };
  expect(taken(plain, values)).toEqual({
    e: amina.email,
    o: {
      givenName: amina.givenName,
      familyName: amina.familyName,
      postalCode: amina.postalCode,
      country: "CA",
    },
    la: "en",
    co: 1,
    w: plain.consentHash,
    cm: "Now.",
    cs: 1,
    nm: 1,
    s: "leaflet",
  });
});

test("an empty form is told of each required field, in the order of the page", () => {
  expect(Object.keys(refused(plain, {}))).toEqual(["givenName", "familyName", "email", "country"]);
});

test("errors speak the language of the page", async () => {
  const french = await snapshotWith({}, "fr");
  expect(refused(french, { ...signed, email: "x" }).email).toBe(
    "Écrivez une adresse électronique comme nom@exemple.org",
  );
});

test.each([
  "nobody",
  "a@b",
  "a@@b.org",
  "a b@c.org",
  "a@b.org, c@d.org",
  `${"a".repeat(65)}@b.org`,
  `a@${"b".repeat(250)}.org`,
  "a@b.org\r\nBcc: c@d.org",
])("the email %j is refused", (email) => {
  expect(Object.keys(refused(plain, { ...signed, email }))).toEqual(["email"]);
});

test.each(["https://spam.example", "www.spam.example", "Buy at cheap-pills.com", "spam.ru"])(
  "the name %j is a web address",
  (name) => {
    expect(Object.keys(refused(plain, { ...signed, familyName: name }))).toEqual(["familyName"]);
  },
);

test.each([
  "J.R. Smith",
  "O’Brien-Nguyễn",
  "St.John",
  "ليلى حداد",
  "李 小龍",
  "Zoë 🌻",
  "Anne-Marie d'Arc",
  "Io",
  "<b>Bold</b>",
  "'; DROP TABLE people; --",
])("the name %j is a name", (name) => {
  expect(taken(plain, { ...signed, givenName: name }).o.givenName).toBe(name.normalize("NFC"));
});

test("characters that no one types are taken out, and the line breaks of a comment stay", () => {
  const { o, cm } = taken(plain, {
    ...signed,
    givenName: "A\u0000mi\u202ena\u2066",
    comment: "One\u0007\n\nTwo\u009f",
  });
  expect(o.givenName).toBe("Amina");
  expect(cm).toBe("One\n\nTwo");
});

test("emoji that are joined and Persian words keep their joiners", () => {
  expect(taken(plain, { ...signed, comment: "👩‍👩‍👧 می‌خواهم" }).cm).toBe("👩‍👩‍👧 می‌خواهم");
});

test("a lone surrogate does not reach the database", () => {
  expect(taken(plain, { ...signed, comment: "broken \ud83d here" }).cm).toBe("broken \ufffd here");
});

test.each([
  ["givenName", 100],
  ["familyName", 100],
  ["comment", COMMENT_MAX],
] as const)("%s holds %i characters and not one more", (field, max) => {
  expect(refused(plain, { ...signed, [field]: "x".repeat(max) })).toEqual({});
  expect(Object.keys(refused(plain, { ...signed, [field]: "x".repeat(max + 1) }))).toEqual([field]);
});

test.each(["givenName", "email", "country", "comment", "consent", "isNamed"])(
  "%s sent twice is refused",
  (field) => {
    expect(Object.keys(refused(plain, { ...signed, [field]: ["yes", "yes"] }))).toContain(field);
  },
);

test("fields the action does not ask are ignored, whatever they hold", () => {
  const values = {
    ...signed,
    phone: "not a phone",
    street: ["a", "b"],
    admin: "1",
    __proto__: "x",
    q_secret: "x",
  };
  expect(taken(plain, values).o).not.toHaveProperty("phone");
  expect(taken(plain, values).o).not.toHaveProperty("answers");
});

test.each(["XX", "ca", "Canada", "CA "])("the country %j", (country) => {
  const isKnown = country === "CA ";
  expect("country" in refused(plain, { ...signed, country })).toBe(!isKnown);
});

describe("phone and postal code", () => {
  let asking: ActionSnapshot;
  beforeAll(async () => {
    asking = await snapshotWith({
      fields: {
        ...plain.action.settings.fields,
        phone: "optional",
        country: "optional",
        postalCode: "required",
      },
    });
  });

  test("a phone number is read as in the country chosen, else the group's", () => {
    expect(taken(asking, { ...signed, phone: "(416) 555-0142" }).o.phone).toBe("+14165550142");
    expect(
      taken(asking, { ...signed, country: "FR", postalCode: "75011", phone: "06 12 34 56 78" }).o.phone,
    ).toBe("+33612345678");
    expect(taken(asking, { ...signed, country: "", phone: "416 555 0142" }).o.phone).toBe("+14165550142");
  });

  test("what is no number or no code is refused beside all other errors", () => {
    const errors = refused(asking, { ...signed, email: "x", phone: "12", postalCode: "<script>" });
    expect(Object.keys(errors).toSorted()).toEqual(["email", "phone", "postalCode"]);
  });

  test("what may be left out is left out", () => {
    expect(taken(asking, { ...signed, phone: "", country: "" }).o).not.toHaveProperty("phone");
  });
});

describe("consent", () => {
  test.each([
    ["unticked", undefined, 2],
    ["unticked", "yes", 1],
    ["preticked", undefined, 2],
    ["preticked", "yes", 1],
    ["explicit", "yes", 1],
    ["explicit", "no", 2],
  ] as const)("%s and %s is answer %i", async (mode, consent, expected) => {
    const snapshot = await snapshotWith({ consent: { mode, text: "May we write to you?" } });
    expect(taken(snapshot, { ...signed, ...(consent ? { consent } : {}) }).co).toBe(expected);
  });

  test("an explicit question must be answered", async () => {
    const snapshot = await snapshotWith({ consent: { mode: "explicit", text: "May we write to you?" } });
    expect(Object.keys(refused(snapshot, signed))).toEqual(["consent"]);
    expect(Object.keys(refused(snapshot, { ...signed, consent: "maybe" }))).toEqual(["consent"]);
  });

  test("a box sends what our form sends and nothing else", () => {
    expect(Object.keys(refused(plain, { ...signed, consent: "on" }))).toEqual(["consent"]);
  });
});

describe("comments", () => {
  test("wait for approval where they are moderated, and are shown at once where not", async () => {
    expect(taken(plain, { ...signed, comment: "Yes" }).cs).toBe(1);
    const open = await snapshotWith({ comments: { isAsked: true, isModerated: false } });
    expect(taken(open, { ...signed, comment: "Yes" }).cs).toBe(2);
  });

  test("are ignored where none is asked", async () => {
    const silent = await snapshotWith({ comments: { isAsked: false, isModerated: true } });
    expect(taken(silent, { ...signed, comment: "Yes" })).not.toHaveProperty("cm");
  });
});

describe("custom questions", () => {
  const questions = [
    { key: "why", label: "Why?", type: "paragraph", isRequired: true },
    { key: "role", label: "You are", type: "radio", choices: ["Parent", "Teacher"], isRequired: true },
    { key: "ward", label: "Ward", type: "dropdown", choices: ["East", "West"] },
    { key: "help", label: "You can", type: "checkboxes", choices: ["Call", "Write", "Walk"] },
    { key: "word", label: "One word", type: "text" },
  ].map((raw) => question.parse(raw));
  let asking: ActionSnapshot;
  beforeAll(async () => {
    asking = await snapshotWith({ questions });
  });
  const answered = { ...signed, q_why: "Because\nof air", q_role: "Parent" };

  test("answers are kept under the question's key, blanks left out", () => {
    expect(taken(asking, { ...answered, q_ward: "", q_help: ["Call", "Walk", "Call"] }).o.answers).toEqual({
      why: "Because\nof air",
      role: "Parent",
      help: ["Call", "Walk"],
    });
  });

  test("one ticked box arrives as a list of one", () => {
    expect(taken(asking, { ...answered, q_help: "Write" }).o.answers?.help).toEqual(["Write"]);
  });

  test("a required question must be answered", () => {
    expect(Object.keys(refused(asking, signed))).toEqual(["q_why", "q_role"]);
  });

  test.each([
    ["q_role", "Mayor"],
    ["q_ward", "North"],
    ["q_help", ["Call", "Sing"]],
    ["q_role", ["Parent", "Teacher"]],
  ])("%s = %j is no answer offered", (field, value) => {
    expect(Object.keys(refused(asking, { ...answered, [field]: value }))).toEqual([field]);
  });

  test("a long answer is refused by its question's name", () => {
    expect(refused(asking, { ...answered, q_word: "x".repeat(501) }).q_word).toContain("“One word”");
  });
});

describe("source and referrer", () => {
  const from = (source: string) =>
    new URL(`http://riverside.localhost/p?source=${encodeURIComponent(source)}`);

  test.each(["share-whatsapp", "Door 7", "été_2026", "a.b:c~d+e@f"])("the source %j is kept", (source) => {
    expect(taken(plain, signed, from(source)).s).toBe(source);
  });

  test.each(["<script>", "a\u0000\nb<", "'; --", '"'])(
    "the source %j costs no signature and is not kept",
    (source) => {
      expect(taken(plain, signed, from(source))).not.toHaveProperty("s");
    },
  );

  test("a source is cut to its length", () => {
    expect(taken(plain, signed, from("x".repeat(500))).s).toHaveLength(100);
  });

  test.each([
    ["https://news.example/story?id=7&token=secret#top", "https://news.example/story"],
    ["http://riverside.localhost/", undefined],
    ["javascript:alert(1)", undefined],
    ["nonsense", undefined],
  ])("the referring page %j is kept as %j", (referrer, expected) => {
    expect(taken(plain, { ...signed, referrer }).rf).toBe(expected);
  });
});

test("email is asked whatever else is", async () => {
  const hidden = Object.fromEntries(
    Object.keys(plain.action.settings.fields).map((name) => [name, "hidden"]),
  );
  const bare = await snapshotWith({ fields: hidden as PetitionSettings["fields"] });
  expect(askedFields(bare.action.settings)).toEqual([{ name: "email", isRequired: true }]);
  expect(taken(bare, { email: amina.email }).o).toEqual({});
});
