import type { Config } from "../env";
import { hmacSha256 } from "../platform/crypto";
import type { Webhook } from "./types";

/**
 * What a webhook's requests are signed with, as Standard Webhooks writes it ("whsec_…"); null where nothing is signed. It is derived from
 * a signing key of the installation and kept nowhere, so that no copy of a database or archive gives it away.
 */
export async function secretOf(
  { SIGNING_KEYS }: Pick<Config, "SIGNING_KEYS">,
  { id, secretKey }: Pick<Webhook, "id" | "secretKey">,
): Promise<string | null> {
  if (secretKey === null || !Object.hasOwn(SIGNING_KEYS.keys, secretKey)) return null;
  const key = SIGNING_KEYS.keys[secretKey];
  if (!key) return null;
  return `whsec_${(await hmacSha256(key, `webhook:${id}`)).toBase64()}`;
}
