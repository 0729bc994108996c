import type { Kind } from "./actions/types";
import { call } from "./calls/call";
import { eventCampaign } from "./events/campaign";
import { event } from "./events/event";
import { form, survey } from "./forms/form";
import { fundraiser } from "./fundraisers/fundraiser";
import { letter } from "./letters/letter";
import { petition } from "./petitions/petition";

/** Every kind of action; a new one is a folder and a line here. */
export const kinds: Kind[] = [petition, letter, call, form, survey, event, eventCampaign, fundraiser];

export function kindByName(name: string): Kind | undefined {
  return kinds.find((kind) => kind.name === name);
}
