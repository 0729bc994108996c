import { z } from "zod";
import { cleanText, referrerOf, sourceOf } from "../actions/answer-text";
import { type Action, COMMENT_MAX } from "../actions/types";
import { placesOf } from "../events/reply";
import { shiftsOffered } from "../events/shifts";
import { eventSettingsOf } from "../events/types";
import type { Participation } from "../intake/types";
import type { ParticipationId } from "../platform/ids";
import { currencyOf } from "./actions";
import { saidGift } from "./donations";
import { isRecord } from "./hal";
import type { Who } from "./helpers-person";
import { momentIn } from "./moment";
import { saidOutreach } from "./outreaches";
import type { ShownRow } from "./participations";
import { personBody } from "./people-schema";
import { ApiError } from "./problem";
import type { Subject, Taken } from "./subject";
import type { Caller } from "./web";

const tags = z.array(z.string().max(200)).max(100).nullish();
const line = z.string().max(2_000).nullish();

/** What a client may say of what somebody did, whatever it was. */
export const common = z.object({
  identifiers: z.array(z.string()).nullish(),
  comments: z.string().max(COMMENT_MAX).nullish(),
  created_date: z.string().max(40).nullish(),
  add_tags: tags,
  remove_tags: tags,
  triggers: z.object({ autoresponse: z.object({ enabled: z.boolean().nullish() }).nullish() }).nullish(),
  "action_network:referrer_data": z.object({ source: line, website: line }).nullish(),
});

/** A body that writes out who acts. */
export const withPerson = z.object({ person: personBody });

/** What a body says of what somebody did, whoever they are. */
export type Said = z.infer<typeof common>;

/** What an object is given to keep; what adds needs an id besides. */
export function participationOf(
  { group }: Pick<Caller, "group">,
  { type, action, snapshot }: Subject,
  who: Who,
  body: Record<string, unknown>,
  said: Said,
  now: number,
): Participation {
  const gift =
    type.path === "fundraising_pages" ? saidGift(body, currencyOf(action) || group.currency) : null;
  const own = gift?.own ?? ownOf(type, action, body, now);
  const comment = cleanText(said.comments ?? "");
  const asksForMail = said.triggers?.autoresponse?.enabled === true && !action.api;
  return {
    e: who.identity,
    o: { ...who.answer, ...(own ? { own } : {}), api: asksForMail ? 2 : 1 },
    la: who.language,
    co: 0,
    w: "",
    ...(who.personNo === null ? { su: 1 } : {}),
    ...(comment === "" ? {} : { cm: comment, cs: snapshot.action.settings.comments.isModerated ? 1 : 2 }),
    nm: 0,
    ...referrer(said["action_network:referrer_data"]),
    ...(type.path === "events" ? { pl: placesAsked(action, now) } : {}),
    ...(gift ? { am: gift.amount, cu: gift.currency } : {}),
  };
}

function ownOf(
  type: Taken,
  action: Action,
  body: Record<string, unknown>,
  now: number,
): Record<string, unknown> | null {
  if (type.path === "events") return { guests: 0, shifts: shiftsOf(action, now) };
  if (type.path !== "advocacy_campaigns") return null;
  const said = Object.entries(saidOutreach(body)).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const outreach = Object.fromEntries(said);
  if (!isRecord(body.person) && !Array.isArray(outreach.targets))
    throw new ApiError(400, "targets: is required");
  return { outreach };
}

/** The API knows no shifts: whoever comes by it comes to the first that is not over. */
function shiftsOf(action: Action, now: number): string[] {
  const [first] = shiftsOffered(eventSettingsOf(action.settings), now, []);
  return first ? [first.key] : [];
}

function placesAsked(action: Action, now: number): NonNullable<Participation["pl"]> {
  const { slots, count } = placesOf({ shifts: shiftsOf(action, now) });
  return [slots, count];
}

function referrer(said: Said["action_network:referrer_data"]): Pick<Participation, "s" | "rf"> {
  const address = new URL("https://api.invalid/");
  address.searchParams.set("source", said?.source ?? "");
  const s = sourceOf(address);
  const rf = referrerOf(said?.website ?? "", address);
  return { ...(s && s !== "none" ? { s } : {}), ...(rf ? { rf } : {}) };
}

/** A day in the past counts: clients bring what happened elsewhere. Any other is not heard (osdi-api.md §9.29). */
export function signedAt({ created_date: text }: Said, now: number): number | undefined {
  const at = text ? momentIn(text) : null;
  return at !== null && at > 0 && at < now ? at : undefined;
}

/** What was said as it will be stored. */
export function shownOf(
  { action }: Subject,
  { personId }: Who,
  { o, cm, s, rf, am, cu }: Participation,
  { id, at, now }: { id: ParticipationId; at: number | undefined; now: number },
): ShownRow {
  return {
    ...{ id, personId, actionNo: action.no, actionId: action.id, kind: action.kind, isOfClient: true },
    ...{ nth: 0, actedAt: at ?? now, modifiedAt: at ?? now, answer: o, comment: cm ?? null, standing: 0 },
    ...{ source: s ?? null, referrer: rf ?? null, amount: am ?? null, currency: cu ?? null },
  };
}

/** Where the platform thinks a caller is. */
export function placeOf(request: Request) {
  const { cf } = request;
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return { continent: text(cf?.continent), country: text(cf?.country), longitude: text(cf?.longitude) };
}
