import type { Agent } from "./types";

/**
 * Programs that fetch what is in a mail before anybody reads it, or instead: filters of mail servers, link checkers, previews.
 * Most say so; those of mail gateways are known by name.
 */
const MACHINES =
  /bot\b|crawl|spider|slurp|preview|scan|monitor|check(er)?\b|validator|facebookexternalhit|whatsapp|telegram|slack|discord|skypeuri|curl|wget|python|java\/|go-http|axios|okhttp|libwww|httpclient|headless|phantomjs|barracuda|mimecast|proofpoint|trendmicro|symantec|fireeye|trellix|forcepoint|cisco|ironport|sophos|bitdefender|zscaler|safelinks|bingpreview|cloudmark|messagelabs|avanan|vade|hornet|cyren|sendgrid|urldefense|googlebot|feedfetcher|google-read-aloud/i;

/** The name under which Gmail fetches the pictures of a mail the moment it arrives, before anybody opens it. */
const GMAIL_AHEAD = /Edge\/12\.246 Mozilla\/5\.0$/;

/** Apple's Mail Privacy Protection fetches every picture by itself, and calls itself no more than this. */
const APPLE_AHEAD = "Mozilla/5.0";

/** Networks whose addresses are servers and not people's. Relays of browsers' makers are not among them: people are behind those. */
const DATA_CENTRES =
  /amazon|aws\b|google|microsoft|azure|digitalocean|linode|akamai connected cloud|ovh|hetzner|oracle|alibaba|tencent|leaseweb|vultr|contabo|scaleway|choopa|m247|datacamp|barracuda|mimecast|proofpoint|trend micro|cisco|zscaler|forcepoint|symantec|sophos|fortinet|palo alto/i;

/**
 * What fetches the pictures of a mail when somebody looks: relays of mailbox providers that keep copies, and mail programs
 * themselves. None of them follows a link for its reader: that is done by a browser.
 */
const SHOWING = /GoogleImageProxy|YahooMailProxy|YahooCacheSystem|ms-?office|microsoft office|outlook-/i;

/**
 * What fetched a picture or a link of a mail, by what it says of itself and where it is. Pictures of Gmail and Yahoo come by
 * relays, which fetch when somebody looks: that is a person. Fails towards "person": an opening too many is better than a
 * reader who is told to have gone.
 * @param network whose network the request came from, as Cloudflare names it; "" when nobody knows
 */
export function agentOf(
  request: { method: string; headers: Headers },
  what: "open" | "click",
  network: string,
): Agent {
  if (request.method !== "GET") return "machine";
  const agent = request.headers.get("User-Agent")?.trim() ?? "";
  const purpose = `${request.headers.get("Sec-Purpose") ?? ""} ${request.headers.get("Purpose") ?? ""}`;
  if (agent === "" || /prefetch|prerender|preview/i.test(purpose)) return "machine";
  if (agent === APPLE_AHEAD || GMAIL_AHEAD.test(agent)) return "machine";
  if (what === "open" && SHOWING.test(agent)) return "person";
  if (MACHINES.test(agent) || SHOWING.test(agent)) return "machine";
  return DATA_CENTRES.test(network) ? "unsure" : "person";
}
