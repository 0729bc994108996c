import { z } from "zod";
import { actionByNo } from "../actions/action";
import { recordAct } from "../groups/audit";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { mergePeople } from "../intake/erasure";
import { targetOf } from "../intake/removal";
import {
  type AddressChangeRow,
  addAddress,
  claimChange,
  confirmChange,
  deleteChange,
  insertChange,
  leaveAddress,
  makePrimary,
  selectChange,
} from "../people/address";
import { noteEdit, ownerOf, type PersonRow, peopleByNumber } from "../people/edit";
import { sharedActions } from "../people/merge";
import type { AddressChangeId } from "../people/types";
import type { Context } from "../platform/context";
import { newId, parseId } from "../platform/ids";
import { takeFromLimits } from "../platform/limits";
import { sendLater } from "../platform/mail/mail";
import { signToken, verifyToken } from "../platform/tokens";
import type { Locale } from "../ui/i18n";
import { changeMail } from "./email";
import { survivorOf } from "./web";

/** Where both links lead, on the group's host. */
export const CHANGE_PATH = "/address-change";
/** How long both have to confirm. */
const LIVES_SECONDS = 2 * 86_400;
const ASKED_MAX = [{ max: 3, windowMs: 86_400_000 }];

export type Side = "old" | "new";
const claims = z.object({ group: z.string(), change: z.string(), side: z.enum(["old", "new"]) });

export type AskOutcome =
  /** Both addresses were mailed. It says the same whether or not somebody else has the new one. */
  | "asked"
  /** It is their main address already. */
  | "same"
  /** They have no address that could confirm. */
  | "none"
  | "tooMany";

/**
 * Begins a supporter's own change of their email: both the old and the new address are sent a link, and it happens once both
 * have confirmed it. An earlier change that is not done yet is forgotten.
 * @param email normalised
 */
export async function askForAddressChange(
  ctx: Context,
  group: Group,
  person: PersonRow,
  { email, origin, locale }: { email: string; origin: string; locale: Locale },
): Promise<AskOutcome> {
  if (person.email === null) return "none";
  if (person.email === email) return "same";
  const taken = await takeFromLimits(ctx.env, "address-change", `${group.no}:${person.no}`, ASKED_MAX);
  if (!taken.allowed) return "tooMany";
  const id = newId<AddressChangeId>();
  const change = {
    id,
    personNo: person.no,
    oldEmail: person.email,
    newEmail: email,
    locale,
    askedAt: ctx.now,
  };
  await insertChange(dbFor(ctx.env, group), change);
  for (const side of ["old", "new"] as const) {
    const href = `${origin}${CHANGE_PATH}?key=${await keyOf(ctx, group, id, side)}&lang=${locale}`;
    await sendLater(ctx, changeMail(group, { change, side, href }), "notice");
  }
  return "asked";
}

function keyOf(ctx: Context, group: Group, id: AddressChangeId, side: Side): Promise<string> {
  return signToken(
    ctx.config.SIGNING_KEYS,
    "address-change",
    { group: group.id, change: id, side },
    { now: ctx.now, secondsToLive: LIVES_SECONDS },
  );
}

/** The change a key is for, and whose side it speaks for; null for a key that is forged, over, another group's, or was used. */
export async function readChangeKey(
  ctx: Context,
  group: Group,
  key: string,
): Promise<{ change: AddressChangeRow; side: Side } | null> {
  const read = claims.safeParse(await verifyToken(ctx.config.SIGNING_KEYS, "address-change", key, ctx.now));
  if (!read.success || read.data.group !== group.id) return null;
  const id = parseId<AddressChangeId>(read.data.change);
  const change = id && (await selectChange(dbFor(ctx.env, group), id));
  if (!change || change.doneAt !== null) return null;
  const { side } = read.data;
  const [mine, theirs] =
    side === "old"
      ? [change.oldConfirmedAt, change.newConfirmedAt]
      : [change.newConfirmedAt, change.oldConfirmedAt];
  // A link serves once; only where both have confirmed and the change broke off may it be tried again.
  return mine !== null && theirs === null ? null : { change, side };
}

/** Confirms one side. Once both have, the address is changed: "done". Each step may be repeated until it has ended. */
export async function confirmAddressChange(
  ctx: Context,
  group: Group,
  { change, side }: { change: AddressChangeRow; side: Side },
): Promise<"half" | "done" | "over"> {
  const db = dbFor(ctx.env, group);
  await confirmChange(db, change.id, side, ctx.now);
  const now = await selectChange(db, change.id);
  if (!now || now.doneAt !== null) return "over";
  if (now.oldConfirmedAt === null || now.newConfirmedAt === null) return "half";
  if (!(await apply(ctx, group, now))) return "over";
  await claimChange(db, change.id, ctx.now);
  return "done";
}

/** Either side can call it off. */
export function cancelAddressChange(ctx: Context, group: Group, change: AddressChangeRow): Promise<void> {
  return deleteChange(dbFor(ctx.env, group), change.id);
}

/**
 * Somebody else's record with the new address is the same person's: they have shown that both are theirs. False when the
 * person is gone, or reads another mail by now.
 */
async function apply(ctx: Context, group: Group, change: AddressChangeRow): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  const before = await personNow(db, change.personNo);
  if (!before) return false;
  if (before.email === change.newEmail) return true;
  if (before.email !== change.oldEmail) return false;
  const address = { kind: "email" as const, value: change.newEmail, by: null };
  const owner = await ownerOf(db, 1, change.newEmail);
  if (owner !== null && owner !== before.no) await mergeOwner(ctx, group, before, owner);
  else await addAddress(ctx, db, before, address);
  const merged = await personNow(db, before.no);
  if (!merged) return false;
  await makePrimary(ctx, db, merged, address);
  const after = await personNow(db, before.no);
  if (after?.email !== change.newEmail) return false;
  await leaveAddress(ctx, db, after, { kind: "email", value: change.oldEmail, by: null });
  const changes = [{ name: "email", from: change.oldEmail, to: change.newEmail }];
  await noteEdit(ctx, db, after.no, { act: "address", changes, by: null });
  return true;
}

async function personNow(db: GroupDb, no: number): Promise<PersonRow | null> {
  const [person] = await peopleByNumber(db, [no]);
  return person ? survivorOf(db, person) : null;
}

async function mergeOwner(ctx: Context, group: Group, person: PersonRow, owner: number): Promise<void> {
  const db = dbFor(ctx.env, group);
  const other = await personNow(db, owner);
  if (!other || other.no === person.no) return;
  const { actionNos } = await sharedActions(db, { kept: person.no, lost: other.no });
  const actions = await Promise.all(actionNos.map((no) => actionByNo(db, no)));
  const targets = actions.flatMap((action) => (action ? [targetOf(group, action)] : []));
  const people = { kept: person.no, lost: other.no };
  await mergePeople(ctx, group, people, targets, { by: null, cause: "address", choices: {} });
  const detail = { kept: person.id, lost: other.id };
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: null,
    act: "person.merged",
    subject: person.id,
    detail,
  });
}
