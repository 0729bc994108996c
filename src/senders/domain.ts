import { recordAct } from "../groups/audit";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { randomToken } from "../platform/crypto";
import { normaliseEmail } from "../platform/email-address";
import { registerWithSes } from "../platform/mail/ses-identity";
import { makeDkimKey, openDkimKey } from "./dkim-key";
import { isFreeMail } from "./free-mail";
import { gateOfGroup } from "./quota";
import { checkRecords, type Found, returnDomainOf } from "./records";
import * as store from "./store";

/** Domains of one group, so that nobody parks a list of them here. */
export const DOMAINS_MAX = 10;

export type SendingDomain = store.DomainRow;
type DomainGroup = Pick<Group, "no" | "jurisdiction">;
type By = { no: number };

/** Why an address cannot be the one that mailings come from. */
export type AddressProblem = "address" | "free_mail" | "platform" | "known" | "too_many";

/**
 * Takes an address at a domain of the group's own down, and makes the keys for its mail. Nothing is sent from it before its DNS
 * says so. One that was removed comes back with the keys it had.
 */
export async function addDomain(
  ctx: Context,
  group: DomainGroup,
  typed: string,
  by: By,
): Promise<{ domainNo: number } | { problem: AddressProblem }> {
  const address = readAddress(ctx, typed);
  if ("problem" in address) return address;
  const { domain, local } = address;
  const known = await store.domainByName(ctx.directory, group.no, domain);
  if (known && known.removedAt === null) return { problem: "known" };
  if ((await store.countDomains(ctx.directory, group.no)) >= DOMAINS_MAX) return { problem: "too_many" };
  if (known) {
    await store.restoreDomain(ctx.directory, group.no, known.domainNo);
    await store.updateDetail(ctx.directory, group.no, known.domainNo, { ...known.detail, local });
  }
  const domainNo = known?.domainNo ?? (await insertNew(ctx, group, domain, local));
  await record(ctx, group, by, "sending.domain_added", domain);
  return { domainNo };
}

async function insertNew(ctx: Context, group: DomainGroup, domain: string, local: string): Promise<number> {
  // One of its own for each group: two that ask for the same domain must not find each other's key.
  const selector = `gs-${randomToken(6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "0")}`;
  const keys = await makeDkimKey(ctx.config, domain);
  return store.insertDomain(ctx.directory, {
    groupNo: group.no,
    domain,
    detail: { selector, local, ...keys },
    now: ctx.now,
  });
}

/** Another address at a domain that is there. */
export async function changeAddress(
  ctx: Context,
  group: DomainGroup,
  own: SendingDomain,
  typed: string,
): Promise<"saved" | "address"> {
  const email = normaliseEmail(`${typed.trim().replace(/@.*$/s, "")}@${own.domain}`);
  const local = email?.slice(0, email.lastIndexOf("@")) ?? "";
  if (!LOCAL.test(local)) return "address";
  await store.updateDetail(ctx.directory, group.no, own.domainNo, { ...own.detail, local });
  return "saved";
}

// What every mail server on the way takes; letters beyond ASCII before the "@" are for few of them (RFC 6531).
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/;

function readAddress(
  { config }: Pick<Context, "config">,
  typed: string,
): { domain: string; local: string } | { problem: AddressProblem } {
  const email = normaliseEmail(typed);
  const at = email?.lastIndexOf("@") ?? -1;
  const local = email?.slice(0, at) ?? "";
  const domain = email?.slice(at + 1) ?? "";
  if (!email || !LOCAL.test(local)) return { problem: "address" };
  if (isFreeMail(domain)) return { problem: "free_mail" };
  const ours = [config.mailDomain, config.ROOT_DOMAIN.toLowerCase(), config.platform.hostname];
  const isOurs = ours.some((own) => domain === own || domain.endsWith(`.${own}`));
  return isOurs ? { problem: "platform" } : { domain, local };
}

export type DomainCheck = {
  found: Found;
  /** What its SPF record should say, when it has one that does not name our servers. */
  existingSpf: string | null;
  /** "waiting": the records are there and the provider has not looked yet; "taken": another group proved it is theirs. */
  state: "verified" | "incomplete" | "waiting" | "taken";
};

/**
 * Looks a domain's records up and says whether mailings come from it. All must be there to begin; it goes on until its key is
 * gone. When the DNS does not answer, what held before holds.
 */
export async function checkDomain(
  ctx: Context,
  group: DomainGroup,
  own: SendingDomain,
): Promise<DomainCheck> {
  const { found, existingSpf } = await checkRecords(ctx.config, own);
  await store.noteCheck(ctx.directory, group.no, own.domainNo, found, ctx.now);
  const isComplete = Object.values(found).every((state) => state === "found");
  const isLost = found.dkim === "missing" || found.dkim === "wrong";
  if (own.verifiedAt !== null && !isLost) return { found, existingSpf, state: "verified" };
  if (own.verifiedAt !== null) {
    await store.unverify(ctx.directory, group.no, own.domainNo);
    await gateOfGroup(ctx, group).refresh();
    ctx.log.info("senders.domain_lost", { groupNo: group.no, domainNo: own.domainNo });
  }
  if (!isComplete) return { found, existingSpf, state: "incomplete" };
  return { found, existingSpf, state: await verify(ctx, group, own) };
}

async function verify(
  ctx: Context,
  group: DomainGroup,
  own: SendingDomain,
): Promise<"verified" | "waiting" | "taken"> {
  const holder = await store.holderOf(ctx.directory, own.domain);
  if (holder && holder.groupNo !== group.no) {
    // Whoever proves it has it: the other keeps it only while its own key is still in the DNS.
    const { found } = await checkRecords(ctx.config, holder);
    if (found.dkim === "found" || found.dkim === "unknown") return "taken";
    await store.unverify(ctx.directory, holder.groupNo, holder.domainNo);
  }
  if (!(await isKnownToProvider(ctx, own))) return "waiting";
  if (!(await store.verify(ctx.directory, group.no, own.domainNo, ctx.now))) return "taken";
  await gateOfGroup(ctx, group).refresh();
  return "verified";
}

async function isKnownToProvider({ config, log }: Context, own: SendingDomain): Promise<boolean> {
  if (config.BULK_TRANSPORT !== "ses") return true;
  const key = await openDkimKey(config, own);
  if (!key) return false;
  try {
    return await registerWithSes(config, key, returnDomainOf(own.domain));
  } catch (error) {
    log.error("senders.ses", error, { domainNo: own.domainNo });
    return false;
  }
}

/** Mailings come from elsewhere from now on; its keys are kept, so that `restoreDomain` needs no new records. */
export async function removeDomain(
  ctx: Context,
  group: DomainGroup,
  own: SendingDomain,
  by: By,
): Promise<void> {
  await store.markRemoved(ctx.directory, group.no, own.domainNo, ctx.now);
  await record(ctx, group, by, "sending.domain_removed", own.domain);
  await gateOfGroup(ctx, group).refresh();
}

/** Takes a removal back, and looks at once whether the records are still there. False when there are too many or it is there again. */
export async function restoreDomain(
  ctx: Context,
  group: DomainGroup,
  own: SendingDomain,
  by: By,
): Promise<boolean> {
  if ((await store.countDomains(ctx.directory, group.no)) >= DOMAINS_MAX) return false;
  await store.restoreDomain(ctx.directory, group.no, own.domainNo);
  await record(ctx, group, by, "sending.domain_restored", own.domain);
  await checkDomain(ctx, group, { ...own, removedAt: null, verifiedAt: null });
  return true;
}

async function record(ctx: Context, group: DomainGroup, by: By, act: string, domain: string): Promise<void> {
  await recordAct(ctx, { groupNo: group.no, accountNo: by.no, act, subject: domain });
}

const RECHECKED_AT_ONCE = 20;
const RECHECK_MS = 86_400_000;

/** Looks again at domains nobody looked at for a day: one whose key is gone must not go on sending. Never throws. */
export async function recheckDomains(ctx: Context): Promise<void> {
  const due = await store.domainsToCheck(ctx.directory, ctx.now - RECHECK_MS, RECHECKED_AT_ONCE);
  for (const { domain, jurisdiction } of due) {
    await checkDomain(ctx, { no: domain.groupNo, jurisdiction }, domain).catch((error: unknown) =>
      ctx.log.error("senders.recheck", error, { domainNo: domain.domainNo }),
    );
  }
}

export { domainByNo, listDomains } from "./store";
