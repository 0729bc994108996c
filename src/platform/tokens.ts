import { jwtVerify, SignJWT } from "jose";
import type { SigningKeys } from "../env";
import { fromBase64Url } from "./crypto";

/** What a signed token is for. A token of one purpose is never accepted for another. */
export type TokenPurpose = "sign-in" | "invitation" | "preview" | "passkey" | "participation" | "undo";

const ISSUER = "groundswell";

/**
 * A compact JWS (RFC 7515, HS256) that names its purpose and expires.
 * @param claims small JSON; it is signed, not encrypted, so it holds nothing secret.
 */
export async function signToken(
  keys: SigningKeys,
  purpose: TokenPurpose,
  claims: Record<string, string | number>,
  options: { now: number; secondsToLive: number; id?: string },
): Promise<string> {
  const issuedAt = Math.floor(options.now / 1000);
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", kid: keys.current })
    .setIssuer(ISSUER)
    .setAudience(purpose)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + options.secondsToLive);
  if (options.id) token.setJti(options.id);
  return token.sign(secretOf(keys, keys.current));
}

/** The claims, or null for a token that is forged, expired, or signed for another purpose. */
export async function verifyToken(
  keys: SigningKeys,
  purpose: TokenPurpose,
  token: string,
  now: number,
): Promise<Record<string, unknown> | null> {
  try {
    const { payload } = await jwtVerify(token, (header) => secretOf(keys, header.kid ?? ""), {
      algorithms: ["HS256"],
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

function secretOf(keys: SigningKeys, keyId: string): Uint8Array {
  const secret = Object.hasOwn(keys.keys, keyId) ? keys.keys[keyId] : undefined;
  if (!secret) throw new Error("unknown signing key");
  return fromBase64Url(secret);
}
