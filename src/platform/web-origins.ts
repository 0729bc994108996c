/*
 * Sites as a Content-Security-Policy names them (CSP Level 3 §2.3.1): `https://example.org`, a port where it is not the
 * usual one, and `https://*.example.org` for every name below one. Only such texts ever reach a header.
 */

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const HOST = new RegExp(`^(?:\\*\\.(?=.+\\.))?${LABEL}(?:\\.${LABEL})*$`);
const HOST_MAX = 253;

/**
 * A site as people write one: a name, an address, or the address of any of its pages; https unless told.
 * @returns its origin, or null for what names no site
 */
export function readSite(text: string): string | null {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address)) return null;
  const { protocol, hostname, host, username, password } = new URL(address);
  if (protocol !== "https:" && protocol !== "http:") return null;
  if (username || password || hostname.length > HOST_MAX || !HOST.test(hostname)) return null;
  return `${protocol}//${host}`;
}

/** Whether an origin, as a browser writes it, is one of the sites. */
export function isAmong(sites: readonly string[], origin: string): boolean {
  return sites.some((site) => {
    if (!site.includes("://*.")) return site === origin;
    const [scheme = "", below = ""] = site.split("*");
    return (
      origin.startsWith(scheme) && origin.endsWith(below) && origin.length > scheme.length + below.length
    );
  });
}
