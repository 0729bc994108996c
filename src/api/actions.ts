import { actionPath } from "../actions/action-path";
import type { Action, Kind } from "../actions/types";
import { fileUrl } from "../groups/public";
import type { Group } from "../groups/types";
import { homeOf } from "../intake/home";
import { raised } from "../payments/payment";
import { groupOrigin } from "../platform/http";
import { minorDigits } from "../platform/money";
import { fieldsOf, present, saidOf } from "./action-fields";
import type { ActionType } from "./action-types";
import { creatorItems } from "./actions-creators";
import { identifiersOf } from "./foreign";
import { type Item, identity, link } from "./hal";
import { actionsByNo, eventCounts, givenTo, OWN_ORIGIN, rsvpsOf } from "./store-actions";
import { countOfAction } from "./store-participations";
import type { ApiContext } from "./web";

/** What is asked of an action's home must not hold up a page of them. */
const HOME_WAIT_MS = 2_000;

/** A page of actions as the API shows them, with their totals and whoever made them. */
export async function actionItems(
  c: ApiContext,
  kinds: readonly Kind[],
  type: ActionType,
  actions: readonly Action[],
): Promise<Item[]> {
  const [identifiers, totals, creators] = await Promise.all([
    identifiersOf(
      c.var.caller.db,
      "action",
      actions.map(({ id }) => id),
    ),
    totalsOf(c, type, actions),
    type.embedsCreator ? creatorItems(c, actions) : new Map<number, Item>(),
  ]);
  const campaigns = type.path === "events" ? await campaignsOf(c, actions) : new Map<number, Action>();
  return actions.map((action) => {
    const creator = creators.get(action.no);
    const campaign = campaigns.get(campaignNoOf(action) ?? 0);
    return {
      ...identity(action.id, identifiers.get(action.id) ?? [], action.createdAt, action.updatedAt),
      ...documentOf(c, kinds, action),
      ...totals.get(action.no),
      ...(campaign ? { "action_network:event_campaign_id": campaign.id } : {}),
      ...(creator ? { _embedded: { "osdi:creator": creator } } : {}),
      _links: linksOf(c.var.base, type, action, { creator, campaign }),
    };
  });
}

/** Of an event, the number of the campaign it belongs to. */
function campaignNoOf({ settings }: Pick<Action, "settings">): number | null {
  return "campaignNo" in settings && typeof settings.campaignNo === "number" ? settings.campaignNo : null;
}

async function campaignsOf(c: ApiContext, actions: readonly Action[]): Promise<Map<number, Action>> {
  const nos = actions.flatMap((action) => campaignNoOf(action) ?? []);
  const campaigns = await actionsByNo(c.var.caller.db, [...new Set(nos)]);
  return new Map(campaigns.map((campaign) => [campaign.no, campaign]));
}

/** What an action says of itself: what a client may change, and what it may not. */
export function documentOf(c: ApiContext, kinds: readonly Kind[], action: Action): Record<string, unknown> {
  const { group } = c.var.caller;
  const said = saidOf(action);
  const common = {
    title: action.title,
    name: action.internalTitle || action.title,
    tag_list: action.settings.tags,
    "action_network:hidden": said !== null || isHidden(action),
    "action_network:sponsor": sponsorOf(c, group),
  };
  if (said) {
    const { creator, ...fields } = said;
    return present({ ...fields, ...(action.kind === "event" ? { status: "confirmed" } : {}), ...common });
  }
  return present({
    origin_system: OWN_ORIGIN,
    ...fieldsOf(action),
    browser_url: pageUrl(c, kinds, action),
    featured_image_url: imageUrl(c, action),
    ...(action.kind === "event_campaign" ? { host_url: pageUrl(c, kinds, action) } : {}),
    ...common,
  });
}

function isHidden({ status, limitedAt, settings }: Action): boolean {
  const isPrivate = "isPrivate" in settings && settings.isPrivate === true;
  return status !== "published" || limitedAt !== null || isPrivate || campaignNoOf({ settings }) !== null;
}

function sponsorOf({ var: { ctx } }: ApiContext, group: Group) {
  const url = `${groupOrigin(ctx.config, group.slug)}/`;
  return { title: group.name, url, browser_url: url };
}

function pageUrl({ var: { ctx, caller } }: ApiContext, kinds: readonly Kind[], action: Action): string {
  const kind = kinds.find(({ name }) => name === action.kind);
  return kind ? groupOrigin(ctx.config, caller.group.slug) + actionPath(kind, action.slug) : "";
}

function imageUrl({ var: { ctx, caller } }: ApiContext, { settings }: Action): string | undefined {
  const path = settings.image && fileUrl(caller.group, settings.image.key);
  return path ? groupOrigin(ctx.config, caller.group.slug) + path : undefined;
}

function linksOf(
  base: string,
  type: ActionType,
  { id, api, kind }: Action,
  { creator, campaign }: { creator: Item | undefined; campaign: Action | undefined },
): Item["_links"] {
  const self = link(base, `/${type.path}/${id}`);
  const items = type.item && link(base, `/${type.path}/${id}/${type.item.path}`);
  return {
    self,
    ...(type.item && items
      ? Object.fromEntries([type.item.rel, ...type.item.helperRels].map((rel) => [rel, items]))
      : { "osdi:events": link(base, `/${type.path}/${id}/events`) }),
    ...(creator ? { "osdi:creator": creator._links.self } : {}),
    // What was made here has a widget; a call has a page of its own for each step, which no widget shows.
    ...(api || kind === "call" ? {} : { "action_network:embed": link(base, `/${type.path}/${id}/embed`) }),
    ...(campaign ? { "action_network:event_campaign": link(base, `/event_campaigns/${campaign.id}`) } : {}),
  };
}

type Totals = Record<string, number>;

/** What counts an action's items, by its home, which the public page and the dashboard ask too. */
async function totalsOf(
  c: ApiContext,
  type: ActionType,
  actions: readonly Action[],
): Promise<Map<number, Totals>> {
  if (type.path === "event_campaigns") return campaignTotals(c, actions);
  const totals = await Promise.all(actions.map((action) => totalOf(c, action)));
  const money = type.path === "fundraising_pages" ? await moneyOf(c, actions) : null;
  return new Map(
    actions.map(({ no }, index) => [no, { [type.total]: totals[index] ?? 0, ...money?.get(no) }]),
  );
}

/** How many there are of an action: as its home has it, or while that is out of reach by the rows. */
async function totalOf(c: ApiContext, { id, no }: Action): Promise<number> {
  return (await homeTotal(c, id)) ?? countOfAction(c.var.caller.db, no);
}

/** How many there are of an action, or null while its home is out of reach. */
export async function homeTotal(c: ApiContext, actionId: Action["id"]): Promise<number | null> {
  const { ctx, caller } = c.var;
  try {
    const home = homeOf(ctx.env, { actionId, jurisdiction: caller.group.jurisdiction });
    const summary = await Promise.race([home.summary(), scheduler.wait(HOME_WAIT_MS).then(() => null)]);
    return summary?.total ?? null;
  } catch (error) {
    ctx.log.error("api.home_away", error, { actionId });
    return null;
  }
}

async function campaignTotals(c: ApiContext, actions: readonly Action[]): Promise<Map<number, Totals>> {
  const { db } = c.var.caller;
  const nos = actions.map(({ no }) => no);
  const [events, rsvps] = await Promise.all([eventCounts(db, nos), rsvpsOf(db, nos)]);
  return new Map(
    nos.map((no) => [no, { total_events: events.get(no) ?? 0, total_rsvps: rsvps.get(no) ?? 0 }]),
  );
}

/** What was given: by the ledger where we took the money, by what clients wrote down where they did. */
async function moneyOf(c: ApiContext, actions: readonly Action[]): Promise<Map<number, Totals>> {
  const { db } = c.var.caller;
  const given = await givenTo(
    db,
    actions.filter(({ api }) => api).map(({ no }) => no),
  );
  const pairs = actions.map(async (action): Promise<[number, Totals]> => {
    const currency = currencyOf(action);
    const amount = action.api
      ? (given.get(action.no)?.find((sum) => sum.currency === currency)?.amount ?? 0)
      : await raised(db, action.no, currency);
    return [action.no, { total_amount: amount / 10 ** minorDigits(currency) }];
  });
  return new Map(await Promise.all(pairs));
}

/** The currency of a fundraising page. */
export function currencyOf({ settings }: Pick<Action, "settings">): string {
  return "currency" in settings && typeof settings.currency === "string" ? settings.currency : "USD";
}
