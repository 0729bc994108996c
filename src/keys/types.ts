import type { Group, Role } from "../groups/types";
import type { Id } from "../platform/ids";

export type ApiKeyId = Id<"api-key">;

/** "read" changes nothing, whatever it asks for. */
export const accesses = ["full", "read"] as const;
export type Access = (typeof accesses)[number];

/** What the one who calls is known by. */
export type HeldKey = { no: number; id: ApiKeyId; name: string; access: Access };

/** A key as its group sees it; the key itself is not among what is known of it. */
export type ApiKey = HeldKey & {
  ending: string;
  createdAt: number;
  /** Null: the account is gone. */
  createdBy: { name: string; email: string } | null;
  /** As what whoever made it is in the group now; null: they are no member any more, and may know the key. */
  makerRole: Role | null;
  lastUsedAt: number | null;
  revokedAt: number | null;
};

export type Admission =
  | { is: "admitted"; key: HeldKey; group: Group }
  | { is: "unknown" }
  | { is: "limited"; retryAfterSeconds: number };

/** What a key's gate says of one request; "away": it cannot be told whether the key still holds. */
export type Verdict = { is: "open" } | { is: "revoked" } | { is: "away" } | { is: "limited"; waitMs: number };

export const KEY_NAME_MAX = 80;
/** Keys of one group that hold. */
export const KEYS_MAX = 50;
/** Those that hold and, after them, those revoked last. */
export const KEYS_SHOWN_MAX = 100;
