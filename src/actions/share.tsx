import type { T } from "../ui/i18n";
import { Icon } from "../ui/icon";

/** Where an action can be shared. Each has its own source code, so that organisers see which brought whom. */
export const networks = ["whatsapp", "facebook", "bluesky", "x", "email", "copy"] as const;
export type Network = (typeof networks)[number];

export type Shared = { url: string; title: string; text: string };

/** The page's address with the source code of one way of sharing it, and nothing else: what was private in it is gone. */
export function sharedUrl(url: string, network: Network | "device"): string {
  const clean = new URL(url);
  clean.search = "";
  clean.hash = "";
  clean.searchParams.set("source", `share-${network}`);
  return clean.href;
}

/** The network's own page for sharing: a plain link, so that no script and no one else's code is needed here. */
export function shareHref(network: Exclude<Network, "copy">, { url, title, text }: Shared): string {
  const link = sharedUrl(url, network);
  const words = text || title;
  switch (network) {
    case "whatsapp":
      return `https://wa.me/?${query({ text: `${words} ${link}` })}`;
    case "facebook":
      return `https://www.facebook.com/sharer/sharer.php?${query({ u: link })}`;
    case "bluesky":
      return `https://bsky.app/intent/compose?${query({ text: `${words} ${link}` })}`;
    case "x":
      return `https://x.com/intent/post?${query({ text: words, url: link })}`;
    case "email":
      return `mailto:?${query({ subject: title, body: `${words}\n\n${link}` })}`;
  }
}

/** Percent-encoding throughout: a mail program does not read "+" as a space (RFC 6068 §5). */
function query(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
}

// Where most people write to each other in something else than WhatsApp.
const FEW_ON_WHATSAPP = new Set(["US", "CA", "JP", "KR", "CN", "TW", "VN", "TH"]);

/** The network someone is likely to use first: WhatsApp on a phone where people use it, else Facebook. */
export function likelyNetwork(request: Request): "whatsapp" | "facebook" {
  const isPhone =
    request.headers.get("Sec-CH-UA-Mobile") === "?1" ||
    /\bMobi/.test(request.headers.get("User-Agent") ?? "");
  const country = typeof request.cf?.country === "string" ? request.cf.country : "";
  return isPhone && !FEW_ON_WHATSAPP.has(country) ? "whatsapp" : "facebook";
}

/** One clear way to share first, then the others, and the address itself to take anywhere. */
export function ShareLinks({ t, shared, first }: { t: T; shared: Shared; first: "whatsapp" | "facebook" }) {
  const others = networks.flatMap((network) => (network === first || network === "copy" ? [] : [network]));
  const link = sharedUrl(shared.url, "copy");
  return (
    <section class="panel">
      <h2>{t("public.share.title")}</h2>
      <ShareLink t={t} network={first} shared={shared} isFirst />
      <button
        type="button"
        class="button"
        hidden
        data-share-url={sharedUrl(shared.url, "device")}
        data-share-title={shared.title}
        data-share-text={shared.text}
      >
        {t("public.share.device")}
      </button>
      <ul class="share">
        {others.map((network) => (
          <li>
            <ShareLink t={t} network={network} shared={shared} />
          </li>
        ))}
      </ul>
      <div class="field">
        <label for="share-link">{t("public.share.link")}</label>
        <input class="input" id="share-link" type="text" value={link} readonly />
      </div>
      <button type="button" class="button" hidden data-copy={link} data-copied={t("common.copy.copied")}>
        <Icon name="copy" />
        <span data-copy-words aria-live="polite">
          {t("public.share.copy")}
        </span>
      </button>
    </section>
  );
}

type ShareLinkProps = { t: T; network: Exclude<Network, "copy">; shared: Shared; isFirst?: boolean };

function ShareLink({ t, network, shared, isFirst }: ShareLinkProps) {
  return (
    <a
      class={isFirst ? "button button-primary button-wide" : "button button-wide"}
      href={shareHref(network, shared)}
      rel="noopener"
    >
      {t(`public.share.${network}`)}
    </a>
  );
}
