import { env } from "cloudflare:workers";
import { forgetCounts } from "../src/actions/count";
import { forgetPages } from "../src/actions/page-cache";
import type { PublicPagesDeps } from "../src/actions/public";
import { publicPages, servePublicFast } from "../src/actions/public";
import type { AbuseReport } from "../src/actions/report";
import { forgetServed } from "../src/actions/serving";
import type { Kind, PublicCount } from "../src/actions/types";
import { feedPages } from "../src/connections/feeds";
import { embedPages } from "../src/embeds/public";
import type { Env } from "../src/env";
import { forgetSitesHeld, publishSite } from "../src/groups/tenant";
import type { Participation } from "../src/intake/types";
import { petition } from "../src/petitions/petition";
import { newId } from "../src/platform/ids";
import { contextOf, makeGroup } from "./groups";
import { makePetition } from "./petitions";

type Answer = Awaited<ReturnType<PublicPagesDeps["takeAction"]>>;

type Fields = Record<string, string | string[]>;

function isFields(body: Fields | BodyInit): body is Fields {
  return typeof body === "object" && Object.getPrototypeOf(body) === Object.prototype;
}

function pairsOf(fields: Fields): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
}

/**
 * The public pages with everything above them replaced by notes of what they were asked: what was taken, what was
 * reported. `fast` tries memory first, as the app does.
 */
export function publicSite(bindings: Env = env, kinds: readonly Kind[] = [petition]) {
  const taken: Participation[] = [];
  const reports: AbuseReport[] = [];
  const behind: Promise<unknown>[] = [];
  const state = {
    count: { total: 0, recent: [] } as PublicCount,
    counted: 0,
    answer: { outcome: "counted", id: newId(), total: 1 } as Answer,
    isHomeDown: false,
    isIntakeDown: false,
  };
  const app = publicPages({
    kinds,
    takeAction: async (_ctx, _snapshot, _kind, participation) => {
      if (state.isIntakeDown) throw new Error("no object could take it");
      taken.push(participation);
      return state.answer;
    },
    askCount: async () => {
      state.counted += 1;
      if (state.isHomeDown) throw new Error("the home is away");
      return state.count;
    },
    fileAbuseReport: async (_ctx, report) => reports.push(report),
    pages: [feedPages, embedPages],
  });
  const execution = {
    waitUntil: (work: Promise<unknown>) => void behind.push(work),
    passThroughOnException: () => {},
    props: {},
  } as unknown as ExecutionContext;
  const get = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(url, { redirect: "manual", ...init });
    return servePublicFast(request) ?? app.fetch(request, bindings, execution);
  };
  const post = (url: string, fields: Fields | BodyInit, headers: Record<string, string> = {}) => {
    const body = isFields(fields) ? new URLSearchParams(pairsOf(fields)) : fields;
    return get(url, { method: "POST", body, headers });
  };
  const settled = async () => {
    while (behind.length > 0) await behind.shift();
  };
  return { get, post, settled, state, taken, reports };
}

/** As if this isolate had just started. */
export function forgetAll(): void {
  forgetSitesHeld();
  forgetServed();
  forgetCounts();
  forgetPages();
}

/** A group with one petition, published at its host, and the pages that serve it. */
export async function makeSite(
  changes: Parameters<typeof makePetition>[1] = {},
  ofGroup: Parameters<typeof makeGroup>[0] = {},
) {
  const { group, host } = await makeGroup(ofGroup);
  const action = await makePetition(group, changes);
  await publishSite(contextOf(), group);
  const origin = `http://${host}:8787`;
  return { ...publicSite(), group, host, action, origin, url: `${origin}/petitions/${action.slug}` };
}
