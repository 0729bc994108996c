import { expect, it } from "vitest";
import { readDate, readMoment } from "./dates";
import { guessMapping, layoutOf, mappingProblems } from "./mapping";
import { type Reading, readRow } from "./row";
import { type ImportOptions, importOptions, type Mapping } from "./types";

const AT = Date.UTC(2026, 10, 22);

function reading(mapping: Mapping, options: Partial<ImportOptions> = {}): Reading {
  return {
    ...{ mapping, columnCount: mapping.length, country: "CA", place: "en-CA", at: AT },
    options: importOptions.parse(options),
    fields: new Map(),
  };
}

/** The person of a row, or why there is none. */
function read(mapping: Mapping, cells: string[], options: Partial<ImportOptions> = {}) {
  const found = readRow(cells, reading(mapping, options));
  return found.is === "person"
    ? { ...found.row, tags: found.tags, notes: found.notes.map(({ why }) => why) }
    : found;
}

it.each([
  [
    "Action Network",
    "email,first_name,last_name,zip_code,can2_user_city,can2_state_abbreviated,can2_user_tags,can2_subscription_status",
    "email,givenName,familyName,postalCode,locality,region,tags,optIn",
  ],
  [
    "ActionKit",
    "id,email,first_name,last_name,address1,city,state,zip,postal,country,subscription_status",
    ",email,givenName,familyName,street,locality,region,,postalCode,country,optIn",
  ],
  [
    "EveryAction / NGP VAN",
    "Voter File VANID,FirstName,LastName,Preferred Email,Pref Phone,vAddress,City,State,Zip5",
    ",givenName,familyName,email,phone,street,locality,region,postalCode",
  ],
  [
    "Salsa",
    "supporter_KEY,First_Name,Last_Name,Email,Receive_Email,City,State,Zip",
    ",givenName,familyName,email,optIn,locality,region,postalCode",
  ],
  [
    "Change.org",
    "Name,City,State,Postal Code,Country,Signed On",
    "fullName,locality,region,postalCode,country,date",
  ],
  [
    "Mailchimp",
    "Email Address,First Name,Last Name,Phone Number,MEMBER_RATING,OPTIN_TIME,REGION,CC,LEID,EUID,NOTES,TAGS",
    "email,givenName,familyName,phone,,,,,,,,tags",
  ],
  [
    "NationBuilder",
    "nationbuilder_id,first_name,last_name,email,mobile_number,primary_address1,primary_city,primary_zip,tag_list,email_opt_in",
    ",givenName,familyName,email,phone,street,locality,postalCode,tags,optIn",
  ],
] as const)("recognises a file of %s by its headings", (name, headings, uses) => {
  expect(layoutOf(headings.split(","))?.name).toBe(name);
  expect(guessMapping(headings.split(","), []).join(",")).toBe(uses);
});

it.each([
  ["Email address,First Name,Surname,Post code,Opt-in", "email,givenName,familyName,postalCode,optIn"],
  ["Courriel,Prénom,NOM,Code postal,Pays,Téléphone", "email,givenName,familyName,postalCode,country,phone"],
  [
    "Correo electrónico,Nombre,Apellidos,Código postal,País,Móvil",
    "email,givenName,familyName,postalCode,country,phone",
  ],
  ["E-mail,Email,mail", "email,,"],
  ["T-shirt,Email", "field:7,email"],
] as const)("knows the columns of %s", (headings, uses) => {
  const fields = [{ no: 7, key: "t_shirt", label: "T-Shirt" }];
  expect(layoutOf(headings.split(","))).toBeNull();
  expect(guessMapping(headings.split(","), fields).join(",")).toBe(uses);
});

it("refuses what no row could be matched by, and one thing in two columns", () => {
  const options = { match: "email", subscribe: "stated" } as const;
  expect(mappingProblems(["givenName", "givenName"], options).map(({ is }) => is)).toEqual([
    "noKey",
    "twice",
    "noOptIn",
  ]);
  expect(mappingProblems(["phone", "tags", "tags", "optIn"], options)).toEqual([]);
  expect(mappingProblems(["email"], { match: "id", subscribe: "none" })).toEqual([
    { is: "noKey", match: "id" },
  ]);
});

it.each([
  ["2024-03-12", "dmy", "2024-03-12T00:00:00Z"],
  ["2024-03-12 14:05:33 UTC", "dmy", "2024-03-12T14:05:33Z"],
  ["2024-03-12T14:05:33-05:00", "dmy", "2024-03-12T19:05:33Z"],
  ["12/03/2024", "dmy", "2024-03-12T00:00:00Z"],
  ["12/03/2024", "mdy", "2024-12-03T00:00:00Z"],
  ["25/03/24", "mdy", "2024-03-25T00:00:00Z"],
  ["3/12/2024 2:05 PM", "mdy", "2024-03-12T14:05:00Z"],
] as const)("reads %s (%s) as a moment", (text, order, moment) => {
  expect(readMoment(text, order)).toBe(Date.parse(moment));
});

it("takes no day that is in no calendar", () => {
  for (const text of ["2024-02-30", "31/31/2024", "soon", "", "1900-01-01"])
    expect(readMoment(text, "dmy")).toBeNull();
  expect(readDate("01/02/1950", "dmy")).toBe("1950-02-01");
});

it("reads names, places and phones as people write them, and leaves out alone what it cannot", () => {
  const mapping: Mapping = [
    "email",
    "fullName",
    "street",
    "street2",
    "postalCode",
    "country",
    "phone",
    "language",
    "timeZone",
    "preferredName",
  ];
  const cells = [
    "ana@example.org",
    "Sow, Ana",
    "1 Main St",
    "Apt 2",
    "h2x1y4",
    "Canada",
    "(514) 555-0100",
    "Français",
    "US/Eastern",
    "Annie",
  ];
  expect(read(mapping, cells)).toMatchObject({
    o: {
      ...{ givenName: "Ana", familyName: "Sow", street: "1 Main St, Apt 2", postalCode: "H2X 1Y4" },
      ...{ country: "CA", phone: "+15145550100", language: "fr" },
      ...{ timeZone: "America/New_York", preferredName: "Annie" },
    },
    notes: [],
  });
  const wrong = ["ana@example.org", "Ana", "", "", "???", "Narnia", "12", "???", "Mars/Olympus", ""];
  expect(read(mapping, wrong)).toMatchObject({
    o: { givenName: "Ana" },
    notes: ["postalCode", "country", "language", "timeZone", "phone"],
  });
});

it("takes for consent what says yes, and for a stop what says stop, whatever is asked for", () => {
  const words = [
    "yes",
    "Oui",
    "sí",
    "1",
    "subscribed",
    "no",
    "",
    "perhaps",
    "unsubscribed",
    "Bounced",
    "opted out",
  ];
  const said = (subscribe: ImportOptions["subscribe"]) =>
    words
      .map((word) => read(["email", "optIn"], ["a@example.org", word], { subscribe }))
      .map((row) => ("co" in row ? row.co : null));
  expect(said("stated")).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 2, 2, 2]);
  expect(said("all")).toEqual([1, 1, 1, 1, 1, 0, 1, 0, 2, 2, 2]);
  expect(said("none")).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2]);
  expect(new Set(said("stop"))).toEqual(new Set([2]));
});

it("never takes a row to be from the future, and says when its date is none", () => {
  expect(read(["email", "date"], ["a@example.org", "2030-01-01"])).toMatchObject({ t: AT, notes: [] });
  expect(read(["email", "date"], ["a@example.org", "someday"])).toMatchObject({ t: AT, notes: ["date"] });
  expect(read(["email", "date"], ["a@example.org", "2020-01-01"])).toMatchObject({ t: Date.UTC(2020, 0, 1) });
});
