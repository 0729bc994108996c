import type { z } from "zod";
import { callsOf } from "./calls";
import type { Resource } from "./types";

const ACTION_FILTERS = ["identifier", "created_date", "modified_date", "origin_system", "title"];
const TAKEN_FILTERS = ["identifier", "created_date", "modified_date"];

type Kind = {
  path: string;
  title: string;
  one: string;
  /** What people do: the collection below it. */
  taken?: { path: string; one: string; helper: string; rels: readonly string[] };
  about: string;
  rels: readonly string[];
  filters?: readonly string[];
};

const kinds: readonly Kind[] = [
  {
    ...{ path: "petitions", title: "Petitions", one: "a petition", rels: ["petitions", "petition"] },
    about: "A text that people sign.",
    taken: taken("signatures", "a signature", "record_signature_helper"),
  },
  {
    ...{ path: "forms", title: "Forms", one: "a form", rels: ["forms", "form"] },
    about: "A form that people fill in.",
    taken: taken("submissions", "a submission", "record_submission_helper"),
  },
  {
    ...{ path: "surveys", title: "Surveys", one: "a survey", rels: ["surveys", "survey"] },
    about: "Questions that people answer.",
    taken: taken("responses", "a response", "record_response_helper"),
  },
  {
    ...{ path: "events", title: "Events", one: "an event", rels: ["events", "event"] },
    about: "Dates are the clock's time where the event is, written with a Z.",
    filters: [...ACTION_FILTERS, "start_date", "end_date"],
    taken: taken("attendances", "an attendance", "record_attendance_helper"),
  },
  {
    ...{ path: "fundraising_pages", title: "Fundraising pages", one: "a fundraising page" },
    rels: ["fundraising_pages", "fundraising_page"],
    about:
      "Donations can be recorded on pages that a client made; those made in the product take money themselves.",
    taken: taken("donations", "a donation", "record_donation_helper"),
  },
  {
    ...{ path: "advocacy_campaigns", title: "Advocacy campaigns", one: "an advocacy campaign" },
    rels: ["advocacy_campaigns", "advocacy_campaign"],
    about: "Letters and calls to people in office. `type` is `email` for letters and `phone` for calls.",
    taken: taken("outreaches", "an outreach", "record_outreach_helper"),
  },
];

function taken(path: string, one: string, helper: string) {
  return { path, one, helper, rels: [path, path.replace(/e?s$/, ""), one.split(" ")[1] ?? "", helper] };
}

/** The pages of actions and of what people do with them. @param schemas what validates the body of each @param done the same of what people do */
export function actionResources(schemas: Record<string, z.ZodType>, done: z.ZodType): Resource[] {
  return [
    ...kinds.map((kind) => actionResource(kind, schemas[kind.path], done)),
    {
      ...{ name: "event_campaigns", title: "Event campaigns", rels: ["event_campaigns", "event_campaign"] },
      about: ["Events that belong together, each with a host of its own."],
      calls: [
        ...callsOf({
          ...{ path: "/event_campaigns", one: "an event campaign", many: "event campaigns", put: true },
          ...{ filters: ACTION_FILTERS, post: "Make an event campaign" },
          ...(schemas.event_campaigns ? { body: schemas.event_campaigns } : {}),
        }),
        ...callsOf({
          ...{ path: "/event_campaigns/{id}/events", id: "{sub_id}", one: "an event of a campaign" },
          ...{ many: "the events of a campaign", post: "Make an event in a campaign" },
          ...(schemas.events ? { body: schemas.events } : {}),
        }),
        { method: "GET", path: "/event_campaigns/{id}/embed", summary: "Read the codes that embed it" },
      ],
    },
    {
      ...{ name: "campaigns", title: "Campaigns", rels: ["campaigns", "campaign", "actions"] },
      about: [
        "Pages that show several actions of a group together. They are made in the product and are read only here.",
      ],
      calls: callsOf({ path: "/campaigns", one: "a campaign", many: "campaigns", filters: ACTION_FILTERS }),
    },
    {
      ...{ name: "donations", title: "Donations", rels: [] },
      about: [
        "All donations of the group, whatever page they were made on. They are recorded below a fundraising page.",
      ],
      calls: callsOf({ path: "/donations", one: "a donation", many: "donations", filters: TAKEN_FILTERS }),
    },
  ];
}

function actionResource(kind: Kind, body: z.ZodType | undefined, said: z.ZodType): Resource {
  const { path, title, one, about, rels, taken: done, filters = ACTION_FILTERS } = kind;
  const many = title.toLowerCase();
  return {
    ...{
      name: path,
      title,
      rels: [...rels, ...(done?.rels ?? []), ...(path === "petitions" ? ["embed"] : [])],
    },
    about: [
      about,
      "What a client makes has no page of its own and sends no thank-you mail: it is there so that those who take part can be counted and mailed.",
      ...(done
        ? [
            `A POST to \`${done.path}\` with a \`person\` is a helper: it finds or makes the person and records what they did. Browsers may do so without a key, and are told \`{}\`.`,
          ]
        : []),
    ],
    calls: [
      ...callsOf({
        ...{ path: `/${path}`, one, many, filters, put: true, post: `Make ${one}` },
        ...(body ? { body } : {}),
      }),
      ...(done
        ? callsOf({
            ...{ path: `/${path}/{id}/${done.path}`, id: "{sub_id}", one: done.one, many: done.path },
            ...{ filters: TAKEN_FILTERS, put: true, isDeferrable: true, isBlind: done.path !== "donations" },
            ...{ post: `Record ${done.one}`, body: said },
          })
        : []),
      { method: "GET", path: `/${path}/{id}/embed`, summary: "Read the codes that embed it" },
    ],
  };
}
