import { parse, stringify, v7, validate } from "uuid";

/** A UUIDv7 of one kind of thing. The brand keeps a person's id from being passed where a group's is meant. */
export type Id<Noun extends string> = string & { readonly __noun: Noun };
export type AccountId = Id<"account">;
export type GroupId = Id<"group">;
export type PersonId = Id<"person">;
export type ActionId = Id<"action">;
export type ParticipationId = Id<"participation">;
export type InvitationId = Id<"invitation">;

/** A new id; ids made later sort later (RFC 9562, version 7). */
export function newId<T extends Id<string>>(): T {
  return v7() as T;
}

/** The id if the text is a UUID, else null. */
export function parseId<T extends Id<string>>(text: string): T | null {
  return validate(text) ? (text.toLowerCase() as T) : null;
}

export function idToBytes(id: Id<string>): Uint8Array {
  return parse(id);
}

/** D1 hands a BLOB back as an array of numbers, an object's SQLite as an ArrayBuffer. */
export function idFromBytes<T extends Id<string>>(bytes: ArrayBuffer | Uint8Array | number[]): T {
  return stringify(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)) as T;
}

/** The 32 hexadecimal digits, for `unhex()` in SQL. */
export function idToHex(id: Id<string>): string {
  return id.replaceAll("-", "");
}

export function idFromHex<T extends Id<string>>(hex: string): T {
  const text = hex.toLowerCase();
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}` as T;
}

/** The moment a UUIDv7 was made, in ms. */
export function idTime(id: Id<string>): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
