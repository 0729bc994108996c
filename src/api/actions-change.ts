import { changeAction } from "../actions/action";
import { renderDescription } from "../actions/description";
import { ACTION_TITLE_MAX, type Action, type Kind } from "../actions/types";
import { eventSettings } from "../events/types";
import { tagNames } from "../people/tag";
import { petitionSettings } from "../petitions/types";
import { translator } from "../ui/i18n";
import type { Fields } from "./action-fields";
import { saidOf } from "./action-fields";
import { isRecord } from "./hal";
import { ApiError } from "./problem";
import { updateAction } from "./store-actions";
import type { ApiContext } from "./web";

/** Whether two values of a document say the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return stable(one) === stable(other);
}

function stable(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a.localeCompare(b))) : part,
  );
}

/** What of a body is not what the document says already: a whole document sent back changes nothing (osdi-api.md §1.10). */
export function changedFields(body: Fields, document: Fields): Fields {
  return Object.fromEntries(
    Object.entries(body).filter(([key, value]) => value !== undefined && !says(document[key], value)),
  );
}

/** Whether a document's value says already what a body says; of an object, what the body does not name stays anyway. */
function says(document: unknown, body: unknown): boolean {
  if (isRecord(body) && isRecord(document))
    return Object.entries(body).every(([key, value]) => value === undefined || says(document[key], value));
  return isSame(body ?? "", document ?? "");
}

/** The tags in a `tag_list`, as they are called here. */
export function tagsIn(list: unknown): string[] {
  return Array.isArray(list) ? tagNames(list.filter((name) => typeof name === "string").join("\n")) : [];
}

/** Changes an action that a client made: whatever is named, null taking it away. */
export async function changeOwn(c: ApiContext, action: Action, changed: Fields): Promise<void> {
  const { title, name, tag_list: tags, ...fields } = changed;
  const api: Fields = { ...saidOf(action) };
  for (const [key, value] of Object.entries(fields)) {
    const before = api[key];
    // Objects inside are merged key by key.
    api[key] = isRecord(value) && isRecord(before) ? { ...before, ...value } : value;
    if (value === null || value === "") delete api[key];
  }
  if (title === null || title === "") throw new ApiError(400, "title: is required");
  await updateAction(
    c.var.caller.db,
    {
      no: action.no,
      title: typeof title === "string" ? title : action.title,
      internalTitle: name === undefined ? action.internalTitle : String(name ?? ""),
      settings: tags === undefined ? action.settings : { ...action.settings, tags: tagsIn(tags) },
      api,
    },
    c.var.ctx.now,
  );
}

/** Changes an action that was made here, as far as the API may, and with it its page. */
export async function changeHosted(
  c: ApiContext,
  kind: Kind,
  action: Action,
  changed: Fields,
): Promise<void> {
  const { ctx, caller } = c.var;
  const { title, name, ...fields } = changed;
  const unknown = Object.keys(fields).find((field) => !editable(action.kind).includes(field));
  if (unknown) throw new ApiError(400, `${unknown}: can be changed on the action's own page only`);
  if (title === null || title === "") throw new ApiError(400, "title: is required");
  if (String(title ?? "").length > ACTION_TITLE_MAX)
    throw new ApiError(400, `title: at most ${ACTION_TITLE_MAX} characters`);
  const wanted = settingsOf(action, fields);
  const settings = kind.settings.safeParse(wanted);
  if (!settings.success) throw new ApiError(400, `${Object.keys(fields)[0]}: is too long, or cannot be kept`);
  const [problem] = Object.entries(kind.problems?.(settings.data, ctx.now) ?? {});
  if (problem)
    throw new ApiError(400, `${problem[0]}: ${translator("en")(problem[1].key, problem[1].values)}`);
  const edited = {
    title: typeof title === "string" ? title : action.title,
    internalTitle: name === undefined ? action.internalTitle : String(name ?? "").slice(0, ACTION_TITLE_MAX),
    settings: settings.data,
  };
  const saved = await changeAction(ctx, caller.group, kind, action, edited);
  if (!saved) throw new ApiError(503, "Somebody saved this action at the same moment, please try again", 1);
}

const EDITABLE = ["description", "tag_list"];

function editable(kind: string): string[] {
  if (kind === "petition") return [...EDITABLE, "petition_text", "target"];
  if (kind === "event") return [...EDITABLE, "instructions", "start_date", "end_date", "location"];
  if (kind === "event_campaign") return [...EDITABLE, "host_pitch"];
  if (kind === "form" || kind === "survey") return [...EDITABLE, "call_to_action"];
  return EDITABLE;
}

function settingsOf(action: Action, fields: Fields): Action["settings"] {
  const shared = { ...action.settings };
  if ("tag_list" in fields) shared.tags = tagsIn(fields.tag_list);
  if ("description" in fields) {
    const source = String(fields.description ?? "");
    const description = renderDescription(source);
    if (!description) throw new ApiError(400, "description: is too long, or nested too deeply");
    Object.assign(shared, { descriptionSource: source, descriptionHtml: description.html });
  }
  return { ...shared, ...ownSettings(action, fields) };
}

function ownSettings(action: Action, fields: Fields): Record<string, unknown> {
  const text = (field: string) => String(fields[field] ?? "");
  switch (action.kind) {
    case "petition":
      return {
        ...("petition_text" in fields ? { ask: text("petition_text") } : {}),
        ...("target" in fields ? { targets: targetsOf(action, fields.target) } : {}),
      };
    case "event":
      return eventFields(action, fields);
    case "event_campaign":
      return "host_pitch" in fields ? { hostText: text("host_pitch") } : {};
    default:
      return "call_to_action" in fields ? { buttonText: text("call_to_action") } : {};
  }
}

/** Whoever was a target stays one with the title that the API does not show. */
function targetsOf(action: Action, said: unknown) {
  const { targets } = petitionSettings.parse(action.settings);
  return (Array.isArray(said) ? said : []).filter(isRecord).map(({ name }) => {
    const known = targets.find((target) => target.name === name);
    return { name: String(name ?? ""), title: known?.title ?? "" };
  });
}

function eventFields(action: Action, fields: Fields): Record<string, unknown> {
  const settings = eventSettings.parse(action.settings);
  const place = { ...settings.place };
  if ("instructions" in fields) place.directions = String(fields.instructions ?? "");
  const said = isRecord(fields.location) ? fields.location : {};
  const lines = Array.isArray(said.address_lines) ? said.address_lines : null;
  const parts = { name: said.venue, street: lines?.[0], locality: said.locality, region: said.region };
  for (const [key, value] of Object.entries({
    ...parts,
    postalCode: said.postal_code,
    country: said.country,
  }))
    if (value !== undefined) Object.assign(place, { [key]: String(value ?? "") });
  const clock = (field: string) => String(fields[field] ?? "").slice(0, 16);
  return {
    place,
    ...("start_date" in fields ? { startsAt: clock("start_date"), startsTwice: "" } : {}),
    ...("end_date" in fields ? { endsAt: clock("end_date"), endsTwice: "" } : {}),
  };
}
