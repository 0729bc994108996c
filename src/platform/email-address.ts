/** RFC 5321 4.5.3.1.3: a path is at most 256 octets with its angle brackets. */
export const EMAIL_ADDRESS_MAX = 254;

/**
 * The form under which an address is one identity: trimmed, NFC, lower case, the domain in ASCII (UTS #46).
 * Dots and plus parts stay, since only some providers ignore them. Null when it is no address.
 */
export function normaliseEmail(text: string): string | null {
  const address = text.trim().normalize("NFC").toLowerCase();
  const at = address.lastIndexOf("@");
  if (at < 1 || address.length > EMAIL_ADDRESS_MAX) return null;
  const local = address.slice(0, at);
  const domain = asciiDomain(address.slice(at + 1));
  if (!domain || local.length > 64 || !LOCAL_PART.test(local)) return null;
  return `${local}@${domain}`;
}

// RFC 5322 dot-atom, widened to letters of every script (RFC 6531).
const LOCAL_PART = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

function asciiDomain(domain: string): string | null {
  if (DOMAIN.test(domain)) return domain;
  if (!/[^\p{ASCII}]/u.test(domain) || /[/?#@:\\\s]/.test(domain)) return null;
  try {
    const ascii = new URL(`http://${domain}`).hostname;
    return DOMAIN.test(ascii) ? ascii : null;
  } catch {
    return null;
  }
}
