import { z } from "zod";
import type { Group } from "../groups/types";
import type { StoredAnswer } from "../intake/types";
import type { Context } from "../platform/context";
import type { FormValues } from "../platform/forms";
import { openSealed, seal } from "../platform/sealed-tokens";
import { askedFields } from "./answer";
import { type ActionSnapshot, type FormState, standardFields } from "./types";

/** Long enough to read the next page; a link in a mail is given longer by whoever writes it. */
const CARRY_SECONDS = 3_600;

const person = z.object({
  group: z.string(),
  email: z.string(),
  said: z.record(z.string(), z.string()),
  /** The number someone just became elsewhere, to be thanked for on the next page; absent in a mail's link. */
  nth: z.number().int().optional(),
});
export type Carried = { email: string; said: Record<string, string>; nth?: number | undefined };

/**
 * Somebody's details as a token, encrypted, for the address of another action of the same group: the form there need not be
 * filled in again. It acts for nobody: the page still asks for a tap, so that a program that follows links does nothing.
 */
export function carry(
  ctx: Context,
  group: Pick<Group, "id">,
  { email, said, nth }: { email: string; said: StoredAnswer; nth?: number },
  secondsToLive = CARRY_SECONDS,
): Promise<string> {
  const fields = Object.fromEntries(
    standardFields.flatMap((name) => (said[name] ? [[name, said[name]]] : [])),
  );
  const claims = { group: group.id, email, said: fields, ...(nth === undefined ? {} : { nth }) };
  return seal(ctx.config.SIGNING_KEYS, "carry", claims, { now: ctx.now, secondsToLive });
}

/** Whose details an address or a form carries; null when there are none, or they are another group's, forged or too old. */
export async function readCarried(
  ctx: Context,
  group: Pick<Group, "id">,
  token: string,
): Promise<Carried | null> {
  if (token === "") return null;
  const read = person.safeParse(await openSealed(ctx.config.SIGNING_KEYS, "carry", token, ctx.now));
  return read.success && read.data.group === group.id ? read.data : null;
}

/** What was sent, with what is carried wherever a field that the action asks was not sent. */
export function withCarried(
  snapshot: ActionSnapshot,
  values: FormValues,
  carried: Carried | null,
): FormValues {
  if (!carried) return values;
  const known: Record<string, string> = { ...carried.said, email: carried.email };
  const missing = askedFields(snapshot.action.settings).flatMap(({ name }) =>
    name in values || !known[name] ? [] : [[name, known[name]]],
  );
  return { ...Object.fromEntries(missing), ...values };
}

/** What the form shows of them: whose details it holds, and which fields need not be asked. */
export function shownCarried(
  snapshot: ActionSnapshot,
  who: Carried,
  token: string,
): NonNullable<FormState["carried"]> {
  const known: Record<string, string> = { ...who.said, email: who.email };
  const name = [known.givenName, known.familyName].filter((part) => part).join(" ");
  return {
    token,
    name: name || maskedEmail(who.email),
    email: maskedEmail(who.email),
    nth: who.nth ?? 0,
    fields: askedFields(snapshot.action.settings).flatMap((field) => (known[field.name] ? [field.name] : [])),
  };
}

/** The address with all but its first letter hidden, since whoever was sent a link may not be whom it was made for. */
function maskedEmail(email: string): string {
  return `${email.slice(0, 1)}…${email.slice(email.lastIndexOf("@"))}`;
}
