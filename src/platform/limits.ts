import type { Env } from "../env";
import { sha256, toHex } from "./crypto";
import type { Limit } from "./limits-object";

export type { Limit };

const OBJECTS = 16;

/**
 * Takes one from each named limit of a subject (an address, an IP), exactly, or as many at once as it says, or none of them.
 * Fails closed with `allowed: false` only when a limit is used up; when the object cannot be reached it fails open, since
 * a broken limiter must not stop people from signing in.
 * @param subject is hashed before it leaves this function.
 */
export async function takeFromLimits(
  env: Env,
  purpose: string,
  subject: string,
  limits: { max: number; windowMs: number; count?: number }[],
): Promise<{ allowed: true } | { allowed: false; retryAfterSeconds: number }> {
  const hash = toHex((await sha256(`${purpose}:${subject}`)).slice(0, 16));
  const object = Number.parseInt(hash.slice(0, 4), 16) % OBJECTS;
  const entry = limits.map((limit) => ({ ...limit, key: `${hash}/${limit.windowMs}` }));
  try {
    const [waitMs = 0] = await env.LIMITS.getByName(`${purpose}/${object}`).take([entry]);
    return waitMs === 0 ? { allowed: true } : { allowed: false, retryAfterSeconds: Math.ceil(waitMs / 1000) };
  } catch {
    return { allowed: true };
  }
}
