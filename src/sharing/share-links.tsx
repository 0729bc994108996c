import type { T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import { type LinkParts, sharedUrl, shareHref } from "./network";
import {
  type BoardLine,
  type Network,
  networks,
  type ShareSettings,
  type ShareVariant,
  type Way,
} from "./types";
import { wordsFor } from "./words";

/** What one supporter passes on: a variant of the words where there are several, and a link of their own where there is one. */
export type Sharing = {
  variant: ShareVariant | null;
  /** The code of their own link; empty where there is none. */
  code: string;
  /** How many people came by it; null while that is not known. */
  brought: number | null;
  board: readonly BoardLine[];
};

export type ShareLinksProps = {
  t: T;
  /** The action's page. */
  url: string;
  title: string;
  share: ShareSettings;
  sharing: Sharing;
  first: "whatsapp" | "facebook";
};

/** One clear way to share first, then the others, and the address itself to take anywhere. */
export function ShareLinks(props: ShareLinksProps) {
  const { t, url, first, sharing } = props;
  const others = networks.flatMap((network) => (network === first || network === "copy" ? [] : [network]));
  const link = sharedUrl(url, "copy", partsOf(sharing));
  const words = wordsFor(props.share, sharing.variant, "device", props.title);
  return (
    <section
      class="panel"
      data-shared={`${new URL(url).pathname}/shared`}
      data-variant={partsOf(sharing).letter}
    >
      <h2>{t("public.share.title")}</h2>
      <OwnLink {...props} />
      <ShareLink {...props} network={first} isFirst />
      <button
        type="button"
        class="button"
        hidden
        data-way="device"
        data-share-url={sharedUrl(url, "device", partsOf(sharing))}
        data-share-title={words.title}
        data-share-text={words.text}
      >
        {t("public.share.device")}
      </button>
      <ul class="share">
        {others.map((network) => (
          <li>
            <ShareLink {...props} network={network} />
          </li>
        ))}
      </ul>
      <div class="field">
        <label for="share-link">{t(sharing.code ? "sharing.own.link" : "public.share.link")}</label>
        <input class="input" id="share-link" type="text" value={link} readonly />
      </div>
      <button
        type="button"
        class="button"
        hidden
        data-way="copy"
        data-copy={link}
        data-copied={t("common.copy.copied")}
      >
        <Icon name="copy" />
        <span data-copy-words aria-live="polite">
          {t("public.share.copy")}
        </span>
      </button>
    </section>
  );
}

function partsOf({ variant, code }: Sharing): LinkParts {
  return { letter: variant?.letter ?? "", code };
}

type ShareLinkProps = ShareLinksProps & { network: Exclude<Network, "copy">; isFirst?: boolean };

function ShareLink({ t, url, title, share, sharing, network, isFirst }: ShareLinkProps) {
  const way: Way = network;
  const link = sharedUrl(url, way, partsOf(sharing));
  return (
    <a
      class={isFirst ? "button button-primary button-wide" : "button button-wide"}
      href={shareHref(network, link, wordsFor(share, sharing.variant, network, title))}
      rel="noopener"
      data-way={way}
    >
      {t(`public.share.${network}`)}
    </a>
  );
}

function OwnLink({ t, sharing: { code, brought } }: ShareLinksProps) {
  if (code === "") return null;
  return (
    <>
      {brought ? (
        <p>
          <strong>{t("sharing.own.brought", { count: brought })}</strong>
        </p>
      ) : null}
      <p>{t("sharing.own.text")}</p>
    </>
  );
}

/** Those who brought most people, by first name and initial where they allowed it. */
export function Board({ t, board }: { t: T; board: readonly BoardLine[] }) {
  if (board.length === 0) return null;
  return (
    <section class="panel">
      <h2>{t("sharing.board.title")}</h2>
      <BoardList t={t} board={board} />
    </section>
  );
}

export function BoardList({ t, board }: { t: T; board: readonly BoardLine[] }) {
  return (
    <ol class="signers">
      {board.map(({ name, count }) => (
        <li>
          <strong dir="auto">{name || t("sharing.board.unnamed")}</strong>{" "}
          <span class="fine">{t("sharing.board.brought", { count })}</span>
        </li>
      ))}
    </ol>
  );
}
