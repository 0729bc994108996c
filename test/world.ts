/**
 * The cast: one movement, its organisers and its supporters. Tests, screenshots and the development server all tell
 * their stories with these people; nobody here is real.
 */
export const world = {
  organiser: { name: "Rosa Delgado", email: "rosa@riverside.example" },
  coOrganiser: { name: "Tom Okafor", email: "tom@riverside.example" },
  /** Runs another group, and must never see anything of the first. */
  stranger: { name: "Vera Lind", email: "vera@harbour.example" },
  group: {
    name: "Riverside for Clean Air",
    slug: "riverside",
    description:
      "Neighbours from both banks of the river who want to open a window without coughing.\nWe meet every first Tuesday in the library.",
    website: "https://riverside.example",
    privacyUrl: "https://riverside.example/privacy",
    replyTo: "hello@riverside.example",
    postalAddress: "Riverside for Clean Air\n12 Mill Lane\nToronto, ON M4M 2T1",
    country: "CA",
    timeZone: "America/Toronto",
    currency: "CAD",
    accent: "#0b6e4f",
  },
  otherGroup: { name: "Harbour Tenants Union", slug: "harbour", country: "FR" },
  petition: {
    title: "A clean air zone around every school",
    slug: "clean-air",
    targets: [
      { name: "Mayor Helen Brandt", title: "City of Riverside" },
      { name: "The school board", title: "" },
    ],
    ask: "We ask you to close the streets around every primary school to through traffic at the beginning and the end of the school day, and to measure and publish the air quality at each gate from this autumn.",
    description: [
      "On an ordinary morning, **1,200 cars** pass the gate of Mill Lane school between eight and nine. Our children stand at the height of the exhaust pipes.",
      "",
      "## What would change",
      "",
      "- Through traffic takes the ring road for forty minutes, twice a day.",
      "- Buses, bicycles, residents and anyone with a disability badge pass as before.",
      "- A small sensor at each gate shows what everyone breathes.",
      "",
      "Eleven cities have done it. In none of them did the parents want the cars back.",
    ].join("\n"),
  },
  supporters: [
    {
      givenName: "Amina",
      familyName: "Sow",
      email: "amina@supporters.example",
      postalCode: "M4M 2T1",
      country: "CA",
      comment: "My daughter has asthma. She is six.",
    },
    {
      givenName: "Jean-Luc",
      familyName: "Tremblay",
      email: "jeanluc@supporters.example",
      postalCode: "H2X 1Y4",
      country: "CA",
      comment: "",
    },
    {
      givenName: "Mei",
      familyName: "Chen",
      email: "mei@supporters.example",
      postalCode: "M5V 3L9",
      country: "CA",
      comment: "I cycle past that gate every morning.",
    },
    {
      givenName: "Oluwaseun",
      familyName: "Adeyemi",
      email: "seun@supporters.example",
      postalCode: "L5B 4M2",
      country: "CA",
      comment: "",
    },
    {
      givenName: "María José",
      familyName: "Núñez",
      email: "mariajose@supporters.example",
      postalCode: "28012",
      country: "ES",
      comment: "Aquí ya funciona.",
    },
    {
      givenName: "ليلى",
      familyName: "حداد",
      email: "layla@supporters.example",
      postalCode: "M6K 1A1",
      country: "CA",
      comment: "هواء نظيف لأطفالنا",
    },
  ],
} as const;
