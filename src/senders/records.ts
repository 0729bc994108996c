import type { Config } from "../env";
import { type DnsAnswer, lookUp } from "../platform/dns";

/** What stands in a domain's DNS so that its mail is believed. */
const recordNames = ["dkim", "spf", "mx", "dmarc"] as const;
export type RecordName = (typeof recordNames)[number];
/** "unknown": the DNS did not answer, or nobody has asked it yet. */
export type RecordState = "found" | "missing" | "wrong" | "unknown";
export type DomainRecord = { name: RecordName; type: "TXT" | "MX"; host: string; value: string };
export type Found = Partial<Record<RecordName, RecordState>>;

type RecordConfig = Pick<
  Config,
  "BULK_TRANSPORT" | "BULK_SES_REGION" | "BULK_SPF" | "mailDomain" | "DNS_RESOLVER"
>;
type Keyed = { domain: string; detail: Record<string, string> };

/** The subdomain that bounces come back to, where the provider wants one of the sender's own. */
const RETURN_LABEL = "bounce";

/** The records a domain needs, for the transport of this installation, in the order one adds them. */
export function recordsOf(config: RecordConfig, { domain, detail }: Keyed): DomainRecord[] {
  const dkim = {
    name: "dkim",
    type: "TXT",
    host: `${detail.selector}._domainkey.${domain}`,
    value: `v=DKIM1; k=rsa; p=${detail.publicKey}`,
  } as const;
  const dmarc = { name: "dmarc", type: "TXT", host: `_dmarc.${domain}`, value: "v=DMARC1; p=none" } as const;
  if (config.BULK_TRANSPORT !== "ses") {
    const spf = { name: "spf", type: "TXT", host: domain, value: `v=spf1 ${included(config)} ~all` } as const;
    return [dkim, spf, dmarc];
  }
  const host = `${RETURN_LABEL}.${domain}`;
  const exchange = `10 feedback-smtp.${config.BULK_SES_REGION}.amazonses.com`;
  return [
    dkim,
    { name: "spf", type: "TXT", host, value: `v=spf1 ${included(config)} ~all` },
    { name: "mx", type: "MX", host, value: exchange },
    dmarc,
  ];
}

/** Where SES sends a domain's mail from. */
export function returnDomainOf(domain: string): string {
  return `${RETURN_LABEL}.${domain}`;
}

function included(config: RecordConfig): string {
  if (config.BULK_TRANSPORT === "ses") return "include:amazonses.com";
  return `include:${config.BULK_SPF || config.mailDomain}`;
}

/** What a record should say instead when there is one of its kind already: of two SPF records neither counts (RFC 7208 §4.5). */
export type Checked = { found: Found; existingSpf: string | null };

/** Looks a domain's records up, all at once. */
export async function checkRecords(config: RecordConfig, domain: Keyed): Promise<Checked> {
  let existingSpf: string | null = null;
  const states = await Promise.all(
    recordsOf(config, domain).map(async (record) => {
      if (record.name === "dmarc") return [record.name, await dmarcState(config, domain.domain)] as const;
      const answer = await lookUp(config, record.host, record.type);
      if (record.name === "spf") existingSpf = otherSpf(answer, record.value);
      return [record.name, stateOf(record, answer)] as const;
    }),
  );
  return { found: Object.fromEntries(states), existingSpf };
}

function stateOf(record: DomainRecord, answer: DnsAnswer): RecordState {
  if (answer.is !== "found") return answer.is === "none" ? "missing" : "unknown";
  const of = { dkim: dkimState, spf: spfState, mx: mxState, dmarc: () => "wrong" as const }[record.name];
  return of(answer.values, record.value);
}

/** The key is what counts, whatever else the record says and however it was broken into pieces. */
function dkimState(values: string[], wanted: string): RecordState {
  const key = (text: string) => /(?:^|;)\s*p\s*=\s*([^;]*)/.exec(text)?.[1]?.replaceAll(/\s/g, "");
  const keys = values.map(key).filter((each) => each !== undefined);
  if (keys.length === 0) return "missing";
  return keys.length === 1 && keys[0] === key(wanted) ? "found" : "wrong";
}

function spfState(values: string[], wanted: string): RecordState {
  const records = values.filter((value) => /^v=spf1(\s|$)/i.test(value));
  if (records.length === 0) return "missing";
  const include = /include:\S+/.exec(wanted)?.[0] ?? "";
  const terms = records[0]?.toLowerCase().split(/\s+/) ?? [];
  return records.length === 1 && terms.includes(include.toLowerCase()) ? "found" : "wrong";
}

/** The record a domain has already, with our servers added before its end. */
function otherSpf(answer: DnsAnswer, wanted: string): string | null {
  if (answer.is !== "found" || spfState(answer.values, wanted) !== "wrong") return null;
  const include = /include:\S+/.exec(wanted)?.[0] ?? "";
  const terms = answer.values
    .filter((value) => /^v=spf1(\s|$)/i.test(value))
    .flatMap((value) => value.split(/\s+/).slice(1))
    .filter((term) => term !== "");
  const isEnd = (term: string) => /^[-~?+]?all$/i.test(term);
  const kept = [...new Set(terms.filter((term) => !isEnd(term) && term !== include))];
  return ["v=spf1", ...kept, include, terms.findLast(isEnd) ?? "~all"].join(" ");
}

function mxState(values: string[], wanted: string): RecordState {
  const host = (text: string) => text.split(/\s+/)[1] ?? "";
  return values.length === 1 && host(values[0] ?? "") === host(wanted) ? "found" : "wrong";
}

/** Of the domain, or of one above it, where receivers look next (RFC 9989 and before it RFC 7489 §6.6.3). */
async function dmarcState(config: RecordConfig, domain: string): Promise<RecordState> {
  const labels = domain.split(".");
  const names = labels.slice(0, -1).map((_, at) => labels.slice(at).join("."));
  for (const name of names.slice(0, DMARC_NAMES_MAX)) {
    const answer = await lookUp(config, `_dmarc.${name}`, "TXT");
    if (answer.is === "failed") return "unknown";
    const records =
      answer.is === "found" ? answer.values.filter((value) => /^v\s*=\s*DMARC1/i.test(value)) : [];
    if (records.length === 0) continue;
    const isFine = records.length === 1 && /;\s*p\s*=\s*(none|quarantine|reject)/i.test(records[0] ?? "");
    return isFine ? "found" : "wrong";
  }
  return "missing";
}

const DMARC_NAMES_MAX = 4;
