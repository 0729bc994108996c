import type { Config } from "../env";

/** The origin of a group on the platform domain, with the port of the development server. */
export function groupOrigin(config: Config, slug: string): string {
  const platform = new URL(config.PLATFORM_ORIGIN);
  const port = platform.port ? `:${platform.port}` : "";
  return `${platform.protocol}//${slug}.${config.ROOT_DOMAIN}${port}`;
}

/** The host without its port, lower case, without a trailing dot. */
export function hostnameOf(request: Request): string {
  return new URL(request.url).hostname.toLowerCase().replace(/\.$/, "");
}

/** The client's address as the platform saw it; "local" where there is none. Personal data: hash it before keeping it. */
export function clientIp(request: Request): string {
  return request.headers.get("CF-Connecting-IP") ?? "local";
}
