/** What people do with one type of action, as the API has it (osdi-api.md §4.6–4.16). */
export type ItemType = {
  /** The last part of its collections' paths. */
  path: "signatures" | "submissions" | "responses" | "attendances" | "donations" | "outreaches";
  noun: string;
  rel: string;
  /** Further names of the links to the items of a collection. */
  otherRels: readonly string[];
  helperRels: readonly string[];
  /** Whether a person does it once, and a second time changes the first. */
  isOnce: boolean;
};

/** One type of action of the API, which is one of our kinds or two. */
export type ActionType = {
  path:
    | "petitions"
    | "forms"
    | "surveys"
    | "events"
    | "event_campaigns"
    | "fundraising_pages"
    | "advocacy_campaigns";
  kinds: readonly string[];
  noun: string;
  /** Of a collection of them. */
  rel: string;
  /** Of the link from an item to its action. */
  ownRel: string;
  /** Of the action's id in an item. */
  idKey: string;
  item: ItemType | null;
  /** What counts the items. */
  total: string;
  /** Whether the person who made it is embedded. */
  embedsCreator: boolean;
};

const item = (
  path: ItemType["path"],
  noun: string,
  { prefix = "osdi", isOnce = true }: { prefix?: string; isOnce?: boolean } = {},
): ItemType => ({
  path,
  noun,
  rel: `${prefix}:${path}`,
  // The singular is what the samples of attendances have (osdi-api.md §9.4).
  otherRels: path === "attendances" ? ["osdi:attendance"] : [],
  helperRels: [
    `${prefix}:record_${noun}_helper`,
    ...(path === "attendances" ? ["record_attendance_helper"] : []),
  ],
  isOnce,
});

export const actionTypes: readonly ActionType[] = [
  {
    ...{
      path: "petitions",
      kinds: ["petition"],
      noun: "petition",
      rel: "osdi:petitions",
      ownRel: "osdi:petition",
    },
    ...{ idKey: "action_network:petition_id", total: "total_signatures", embedsCreator: true },
    item: item("signatures", "signature"),
  },
  {
    ...{ path: "forms", kinds: ["form"], noun: "form", rel: "osdi:forms", ownRel: "osdi:form" },
    ...{ idKey: "action_network:form_id", total: "total_submissions", embedsCreator: true },
    item: item("submissions", "submission"),
  },
  {
    ...{ path: "surveys", kinds: ["survey"], noun: "survey" },
    ...{ rel: "action_network:surveys", ownRel: "action_network:survey" },
    ...{ idKey: "action_network:survey_id", total: "total_responses", embedsCreator: true },
    item: item("responses", "response", { prefix: "action_network" }),
  },
  {
    ...{ path: "events", kinds: ["event"], noun: "event", rel: "osdi:events", ownRel: "osdi:event" },
    ...{ idKey: "action_network:event_id", total: "total_accepted", embedsCreator: false },
    item: item("attendances", "attendance"),
  },
  {
    ...{ path: "event_campaigns", kinds: ["event_campaign"], noun: "event campaign" },
    ...{ rel: "action_network:event_campaigns", ownRel: "action_network:event_campaign" },
    ...{ idKey: "action_network:event_campaign_id", total: "total_events", embedsCreator: false },
    item: null,
  },
  {
    ...{ path: "fundraising_pages", kinds: ["fundraiser"], noun: "fundraising page" },
    ...{ rel: "osdi:fundraising_pages", ownRel: "osdi:fundraising_page" },
    ...{ idKey: "action_network:fundraising_page_id", total: "total_donations", embedsCreator: true },
    item: item("donations", "donation", { isOnce: false }),
  },
  {
    ...{ path: "advocacy_campaigns", kinds: ["letter", "call"], noun: "advocacy campaign" },
    ...{ rel: "osdi:advocacy_campaigns", ownRel: "osdi:advocacy_campaign" },
    ...{ idKey: "action_network:advocacy_campaign_id", total: "total_outreaches", embedsCreator: true },
    item: item("outreaches", "outreach", { isOnce: false }),
  },
];

/** The type whose items lie at that path. */
export function typeOfItem(path: ItemType["path"]): ActionType & { item: ItemType } {
  for (const type of actionTypes) if (type.item?.path === path) return { ...type, item: type.item };
  throw new Error(`no type of action has ${path}`);
}

export function typeOfKind(kind: string): ActionType | undefined {
  return actionTypes.find(({ kinds }) => kinds.includes(kind));
}
