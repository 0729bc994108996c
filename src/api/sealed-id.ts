import { hmacSha256 } from "../platform/crypto";
import { type Id, parseId } from "../platform/ids";
import type { ApiContext } from "./web";

/*
 * Ids of what has a number and no id of its own, such as tags and taggings: a row and an index for each id would cost more than the
 * thing. The numbers are sealed into a UUID (version 8) of the group, by a synthetic initialisation vector (RFC 5297 in small): a keyed
 * mark of 42 bits over the numbers, and the numbers hidden by a stream made from the mark. The same numbers always give the same id;
 * nobody without the key can make one, or read one.
 */

const DATA_BITS = 80n;
const SECOND_BITS = 48n;
const MARK_BITS = 42n;
const ones = (bits: bigint) => (1n << bits) - 1n;

export type Sealed = "tag" | "tagging";

type Sealing = Pick<ApiContext["var"], "ctx" | "caller">;

async function keyed({ ctx, caller }: Sealing, what: string, text: string): Promise<bigint> {
  const mac = await hmacSha256(ctx.config.IDENTITY_PEPPER, `api-id/${what}/${caller.group.no}/${text}`);
  return BigInt(`0x${mac.slice(0, 16).toHex()}`);
}

/** The id of something with one number, or of what two belong to. @param first below 2^32 @param second below 2^48 */
export async function sealId(c: Sealing, what: Sealed, first: number, second = 0): Promise<string> {
  const data = (BigInt(first) << SECOND_BITS) | BigInt(second);
  const mark = (await keyed(c, what, String(data))) & ones(MARK_BITS);
  const hidden = data ^ ((await keyed(c, `${what}/stream`, String(mark))) & ones(DATA_BITS));
  return uuidOf((mark << DATA_BITS) | hidden);
}

/** The numbers in an id; null for one that this group never gave. */
export async function openId(
  c: Sealing,
  what: Sealed,
  text: string,
): Promise<{ first: number; second: number } | null> {
  const sealed = bitsOf(text);
  if (sealed === null) return null;
  const mark = sealed >> DATA_BITS;
  const data =
    (sealed & ones(DATA_BITS)) ^ ((await keyed(c, `${what}/stream`, String(mark))) & ones(DATA_BITS));
  if (((await keyed(c, what, String(data))) & ones(MARK_BITS)) !== mark) return null;
  return { first: Number(data >> SECOND_BITS), second: Number(data & ones(SECOND_BITS)) };
}

/** 122 bits as a UUID of version 8 (RFC 9562 §5.8). */
function uuidOf(bits: bigint): string {
  const a = bits >> 74n;
  const b = (bits >> 62n) & ones(12n);
  const tail = bits & ones(62n);
  const hex =
    a.toString(16).padStart(12, "0") + ((8n << 12n) | b).toString(16) + ((2n << 62n) | tail).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function bitsOf(text: string): bigint | null {
  const id = parseId<Id<"sealed">>(text);
  if (id?.[14] !== "8") return null;
  const hex = id.replaceAll("-", "");
  const [a, b, tail] = [hex.slice(0, 12), hex.slice(13, 16), hex.slice(16)].map((part) =>
    BigInt(`0x${part}`),
  );
  if (a === undefined || b === undefined || tail === undefined) return null;
  return (a << 74n) | (b << 62n) | (tail & ones(62n));
}
