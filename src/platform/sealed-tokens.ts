import { EncryptJWT, jwtDecrypt } from "jose";
import type { SigningKeys } from "../env";
import { hmacSha256 } from "./crypto";

/** What a sealed token is for. A token of one purpose is never accepted for another. */
export type SealPurpose = "carry" | "correction";

const ISSUER = "groundswell";

/**
 * An encrypted token (JWE, RFC 7516: `dir`, A256GCM) that names its purpose and expires: for addresses that must carry what
 * nobody but us may read. Each purpose has a key of its own, derived from the signing key it names.
 */
export async function seal(
  keys: SigningKeys,
  purpose: SealPurpose,
  claims: Record<string, unknown>,
  { now, secondsToLive }: { now: number; secondsToLive: number },
): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  return new EncryptJWT(claims)
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: keys.current })
    .setIssuer(ISSUER)
    .setAudience(purpose)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + secondsToLive)
    .encrypt(await keyOf(keys, keys.current, purpose));
}

/** What was sealed, or null for a token that is forged, expired, or for another purpose. */
export async function openSealed(
  keys: SigningKeys,
  purpose: SealPurpose,
  token: string,
  now: number,
): Promise<Record<string, unknown> | null> {
  try {
    const { payload } = await jwtDecrypt(token, ({ kid = "" }) => keyOf(keys, kid, purpose), {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
      issuer: ISSUER,
      audience: purpose,
      currentDate: new Date(now),
      requiredClaims: ["exp"],
    });
    return payload;
  } catch {
    return null;
  }
}

/** Throws for a key this installation does not have. */
async function keyOf(keys: SigningKeys, keyId: string, purpose: SealPurpose): Promise<Uint8Array> {
  const secret = Object.hasOwn(keys.keys, keyId) ? keys.keys[keyId] : undefined;
  if (!secret) throw new Error("unknown signing key");
  return hmacSha256(secret, `seal:${purpose}`);
}
