import { raw } from "hono/html";
import { fileUrl } from "../groups/public";
import type { Kind, PageProps, PublicCount } from "./types";

type Props = Omit<PageProps, "count"> & {
  kind: Pick<Kind, "path" | "structured">;
  count: PublicCount | null;
  origin: string;
  description: string;
};

/**
 * The page for machines (schema.org, JSON-LD 1.1). There is no type for a petition; an article by an organisation with a
 * count of those who endorse it is what search engines read. A data block is not run, so the policy lets it stand.
 */
export function structuredData(props: Props) {
  const { kind, snapshot, count, origin } = props;
  const url = `${origin}/${kind.path}/${snapshot.action.slug}`;
  const own = kind.structured?.({ ...props, count: count ?? { total: 0, recent: [] }, url });
  const data = {
    "@context": "https://schema.org",
    ...(own ?? article(props, url)),
  };
  return <script type="application/ld+json">{raw(safeJson(data))}</script>;
}

function article({ snapshot, count, origin, description }: Props, url: string): Record<string, unknown> {
  const { action, group } = snapshot;
  const image = action.settings.image && fileUrl(group, action.settings.image.key);
  const logo = fileUrl(group, group.settings.logo);
  const publisher = {
    "@type": "Organization",
    name: group.name,
    url: `${origin}/`,
    ...(logo ? { logo: `${origin}${logo}` } : {}),
  };
  return {
    "@type": "Article",
    headline: action.title,
    description,
    url,
    mainEntityOfPage: url,
    inLanguage: action.locale,
    author: publisher,
    publisher,
    ...(image ? { image: `${origin}${image}` } : {}),
    ...(action.publishedAt === null ? {} : { datePublished: new Date(action.publishedAt).toISOString() }),
    ...(action.settings.showCount && count
      ? {
          interactionStatistic: {
            "@type": "InteractionCounter",
            interactionType: "https://schema.org/EndorseAction",
            userInteractionCount: count.total,
          },
        }
      : {}),
  };
}

/** JSON that cannot end the element it stands in, whatever a title holds. */
export function safeJson(data: unknown): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
