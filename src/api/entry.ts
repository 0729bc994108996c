import { Hono } from "hono";
import { listFields } from "../people/custom-field";
import { PAGE_SIZE_MAX } from "./collection";
import { answer, curies, dateText, link } from "./hal";
import { wireNames } from "./people-reading";
import { selectFieldDates } from "./store-lists";
import { type ApiContext, type ApiEnv, callerOf } from "./web";

/** What clients written for Action Network look for; the name of who runs the installation is theirs to give. */
const PRODUCT = "Action Network";

const collections = [
  ["osdi:people", "people", "people"],
  ["osdi:events", "events", "events"],
  ["osdi:petitions", "petitions", "petitions"],
  ["osdi:fundraising_pages", "fundraising_pages", "fundraising pages"],
  ["osdi:donations", "donations", "donations"],
  ["osdi:forms", "forms", "forms"],
  ["osdi:advocacy_campaigns", "advocacy_campaigns", "advocacy campaigns"],
  ["osdi:lists", "lists", "lists"],
  ["osdi:messages", "messages", "messages"],
  ["osdi:queries", "queries", "queries"],
  ["osdi:wrappers", "wrappers", "wrappers"],
  ["action_network:surveys", "surveys", "surveys"],
  ["action_network:event_campaigns", "event_campaigns", "event campaigns"],
  ["action_network:campaigns", "campaigns", "campaigns"],
  ["action_network:unique_id_lists", "unique_id_lists", "unique ID lists"],
] as const;

/** The entry point (osdi-api.md §4.1). It answers whoever asks; a key that holds is known by the link to tags (§1.2). */
export const entryRoutes = new Hono<ApiEnv>({ strict: false }).get("/", async (c) => {
  const caller = await callerOf(c);
  const { base } = c.var;
  const { origin } = new URL(base);
  const linked = (path: string, noun: string) => ({
    ...link(base, `/${path}`),
    title: `The collection of ${noun} in the system`,
  });
  return answer(c, {
    motd: "Welcome to the Action Network OSDI API v2 Entry Point!",
    vendor_name: "Groundswell",
    product_name: PRODUCT,
    osdi_version: "1.1.1",
    namespace: "action_network",
    max_page_size: PAGE_SIZE_MAX,
    _links: {
      curies: curies(base),
      self: { ...link(base, "/"), title: "This entry point" },
      docs: { href: `${origin}/docs/`, title: "Documentation", name: "Docs", index: "index" },
      ...Object.fromEntries(collections.map(([rel, path, noun]) => [rel, linked(path, noun)])),
      "osdi:person_signup_helper": { ...link(base, "/people"), title: "The person signup helper" },
      "action_network:metadata": { ...link(base, "/metadata"), title: "What this list is made of" },
      ...(caller ? { "osdi:tags": linked("tags", "tags") } : {}),
    },
  });
});

/** Metadata and custom fields (§4.21). */
export const metadataRoutes = new Hono<ApiEnv>({ strict: false })
  .get("/metadata", (c) => {
    const { base } = c.var;
    return answer(c, {
      name: PRODUCT,
      _links: {
        self: link(base, "/metadata"),
        "action_network:custom_fields": link(base, "/metadata/custom_fields"),
        curies: curies(base),
      },
    });
  })
  .get("/metadata/custom_fields", async (c) => answerFields(c));

async function answerFields(c: ApiContext): Promise<Response> {
  const { base, caller } = c.var;
  const [fields, dates] = await Promise.all([listFields(caller.db), selectFieldDates(caller.db)]);
  const names = wireNames(fields);
  const listed = fields.map(({ no, note }) => {
    const made = dateText(dates.get(no) ?? 0);
    return {
      ...{ name: names.get(no) ?? "", created_date: made, modified_date: made },
      ...{ notes: note === "" ? null : note, numeric_id: no },
    };
  });
  return answer(c, {
    origin_system: PRODUCT,
    name: "Custom Fields",
    description: "Custom fields defined on this list",
    // An array here, and nowhere else.
    _links: { self: [link(base, "/metadata/custom_fields")], curies: curies(base) },
    "action_network:custom_fields": listed.toSorted((one, other) => one.name.localeCompare(other.name)),
  });
}
