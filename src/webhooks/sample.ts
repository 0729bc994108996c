import { API_PATH } from "../api/web";
import type { Context } from "../platform/context";
import { type ActionId, newId, type ParticipationId, type PersonId } from "../platform/ids";
import { type Hash, hashesOf } from "./payload";
import type { Webhook } from "./types";

const kindOfType: Record<string, string> = {
  "osdi:signature": "petition",
  "osdi:submission": "form",
  "osdi:attendance": "event",
  "osdi:donation": "fundraiser",
  "osdi:outreach": "call",
  "action_network:response": "survey",
};

/** A piece of news of nobody, as a test sends it: of the first type the webhook lets pass. */
export function samplePayload({ config, now }: Pick<Context, "config" | "now">, webhook: Webhook): Hash {
  const kind = kindOfType[webhook.filters.types[0] ?? ""] ?? "petition";
  const [sample] = hashesOf(
    {
      ...{ id: newId<ParticipationId>(), personNo: 0, personId: newId<PersonId>(), personCreatedAt: now },
      ...{
        email: "test@example.org",
        language: "en",
        consent: 1,
        comment: null,
        referrer: null,
        standing: 0,
      },
      ...{ actedAt: now, revisedAt: now, tags: [], questions: [], source: webhook.filters.source || null },
      action: { no: 0, id: webhook.action?.id ?? newId<ActionId>(), kind },
      answer: { givenName: "Test", familyName: "Person", postalCode: "12180", region: "NY", country: "US" },
      ...(kind === "fundraiser"
        ? { amount: 2_000, currency: "USD", interval: "" }
        : { amount: null, currency: null, interval: null }),
    },
    {
      base: config.platform.origin + API_PATH,
      sponsor: { title: "", url: "" },
      fields: new Map(),
      texts: new Map(),
      locate: () => ({}),
    },
  );
  return sample ?? { type: "action_network:action", payload: {} };
}
