import { actionSchemas } from "../api/actions-schema";
import { messageBody, scheduleBody } from "../api/message-schema";
import { common } from "../api/participation-body";
import { personBody, signupBody, tagBody, uniqueIdListBody } from "../api/people-schema";
import { actionResources } from "./action-resources";
import { callsOf } from "./calls";
import type { Resource } from "./types";

const PERSON_FILTERS = [
  ...["identifier", "created_date", "modified_date", "family_name", "given_name"],
  ...["email_address", "phone_number", "region", "postal_code"],
];

/** Every page of the reference, in the order in which people need them. */
export const resources: readonly Resource[] = [
  {
    name: "entry_point",
    title: "Entry point",
    about: [
      "Where a client begins: links to every collection. It answers without a valid key too, but then leaves out the links that need one; `osdi:tags` is among them, by which clients find out whether their key is good.",
    ],
    rels: ["docs"],
    calls: [{ method: "GET", path: "/", summary: "Read the entry point" }],
  },
  {
    name: "people",
    title: "People",
    about: [
      "Everybody on the group's list, subscribed or not. A POST finds a person by email address or phone number, changes what it says and leaves the rest; somebody new is made. Tags are given by name, and only those that exist.",
      '`{"email_addresses":[{"status":"unsubscribed"}]}` in a PUT takes somebody off the list. Pages of people have no totals: follow `next` until a page is empty.',
    ],
    rels: ["people", "person", "person_signup_helper", "creator", "organizer", "modified_by"],
    calls: [
      ...callsOf({
        ...{ path: "/people", one: "a person", many: "people", filters: PERSON_FILTERS, put: true },
        ...{ post: "Add or change a person (person signup helper)", isDeferrable: true },
        ...{ body: signupBody, change: personBody },
      }),
      ...[
        "attendances",
        "signatures",
        "submissions",
        "donations",
        "outreaches",
        "taggings",
        "responses",
      ].flatMap((sub) =>
        callsOf({
          ...{ path: `/people/{id}/${sub}`, id: "{sub_id}", many: `${sub} of a person` },
          one: `one of the ${sub} of a person`,
        }),
      ),
    ],
  },
  {
    name: "tags",
    title: "Tags and taggings",
    about: [
      "A tag groups people. A tagging says that one person has one tag; deleting it takes the tag from them.",
    ],
    rels: ["tags", "tag", "taggings", "tagging"],
    calls: [
      ...callsOf({ path: "/tags", one: "a tag", many: "tags", post: "Make a tag", body: tagBody }),
      ...callsOf({
        ...{ path: "/tags/{id}/taggings", id: "{sub_id}", one: "a tagging", many: "who has a tag" },
        ...{ post: "Give a tag to a person", isDeferrable: true },
      }),
      ...["/tags/{id}/taggings/{sub_id}", "/people/{id}/taggings/{sub_id}"].map((path) => ({
        ...{ method: "DELETE" as const, path, isDeferrable: true },
        summary: "Take a tag from a person",
      })),
    ],
  },
  ...actionResources(actionSchemas, common.extend({ person: personBody.optional() })),
  {
    name: "lists",
    title: "Lists",
    about: [
      "Lists of people that came of something else, such as those who got a message. They are read only.",
    ],
    rels: ["lists", "list", "items", "recipients"],
    calls: [
      ...callsOf({ path: "/lists", one: "a list", many: "lists" }),
      ...callsOf({
        ...{ path: "/lists/{id}/items", id: "{sub_id}", one: "an item of a list" },
        many: "who is on a list",
      }),
    ],
  },
  {
    name: "queries",
    title: "Queries",
    about: [
      "The audiences a group has saved and shares. They are built in the product, and name whom a message is for.",
    ],
    rels: ["queries", "query"],
    calls: callsOf({ path: "/queries", one: "a query", many: "queries" }),
  },
  {
    name: "messages",
    title: "Messages",
    about: [
      "Mailings: all of the group's, whoever wrote them. A client sees and writes the first variant in the group's language; further variants, languages and tests of a mailing are kept as they are.",
      "A message with targets is `calculating` until its recipients are counted; read it until it is a `draft` with `total_targeted`, then send or schedule it. Subject, body, from, reply_to and targets must be there. It leaves after the minutes in which the group can take it back, within the group's quota; where the group wants a second person to agree, it waits for them.",
      "`name` and `tag_list` may be changed at any time, everything else while it is a draft. A message written in the visual editor is shown as HTML, and becomes HTML when its body is changed.",
    ],
    rels: ["messages", "message", "send_helper", "schedule_helper"],
    calls: [
      ...callsOf({
        ...{ path: "/messages", one: "a message", many: "messages", body: messageBody },
        ...{ post: "Write a message", put: true },
      }),
      { method: "POST", path: "/messages/{id}/send", summary: "Send a message" },
      { method: "DELETE", path: "/messages/{id}/send", summary: "Stop a message" },
      { method: "POST", path: "/messages/{id}/schedule", summary: "Schedule a message", body: scheduleBody },
      { method: "DELETE", path: "/messages/{id}/schedule", summary: "Call off the schedule of a message" },
    ],
  },
  {
    name: "wrappers",
    title: "Wrappers",
    about: ["What stands around the body of a message. They are made in the product and are read only here."],
    rels: ["wrappers", "wrapper"],
    calls: callsOf({ path: "/wrappers", one: "a wrapper", many: "wrappers" }),
  },
  {
    name: "unique_id_lists",
    title: "Unique ID lists",
    about: ["Lists of people by their ids, to be used as an audience. They neither make nor change people."],
    rels: ["unique_id_lists", "unique_id_list"],
    calls: callsOf({
      ...{ path: "/unique_id_lists", one: "a unique ID list", many: "unique ID lists" },
      ...{ post: "Make a unique ID list", body: uniqueIdListBody, put: true },
    }),
  },
  {
    name: "metadata",
    title: "Metadata and custom fields",
    about: ["The names of the group's custom fields, as they appear in `custom_fields` of people."],
    rels: ["metadata", "custom_fields"],
    calls: [
      { method: "GET", path: "/metadata", summary: "Read the metadata" },
      { method: "GET", path: "/metadata/custom_fields", summary: "List custom fields" },
    ],
  },
  {
    name: "changes",
    title: "Changes",
    about: [
      "What has changed since a cursor, in order and complete: a sync job asks for `/changes?since=` with the last cursor it got, and need not go through collections.",
    ],
    rels: ["changes"],
    calls: [{ method: "GET", path: "/changes", summary: "Read what changed since a cursor" }],
  },
];

/** The page a relation leads to; null for none. @param rel with or without its prefix */
export function resourceOf(rel: string): Resource | null {
  const name = rel.replace(/^(osdi|action_network):/, "");
  return resources.find((each) => each.name === name || each.rels.includes(name)) ?? null;
}
