import { fileUrl } from "../groups/public";
import type { ShareVariant } from "../sharing/types";
import type { T } from "../ui/i18n";
import { actionPath } from "./action-path";
import type { ActionSnapshot, Kind } from "./types";

const DESCRIPTION_SHOWN_MAX = 200;

type Subject = { t: T; snapshot: ActionSnapshot };

type Framed = Subject & {
  kind: Pick<Kind, "style" | "path">;
  origin: string;
  platformOrigin: string;
  /** The way to put it that networks are shown at this address. */
  variant?: ShareVariant | null;
};

/** What every page about an action says of it in its head. */
export function pageFrame(props: Framed) {
  const { action, group } = props.snapshot;
  const description = summaryOf(props);
  return {
    t: props.t,
    locale: action.locale,
    group,
    style: props.kind.style,
    platformOrigin: props.platformOrigin,
    title: action.title,
    description,
    social: socialOf(props, description),
  };
}

/**
 * What networks show beside a link. A variant has an address of its own here: networks look for words and picture at the
 * address that the page names, and would find the common ones at the canonical one.
 */
function socialOf({ snapshot, kind, origin, variant }: Framed, description: string) {
  const { action, group } = snapshot;
  const { share } = action.settings;
  const image = variant?.image ?? action.settings.image;
  const file = image && fileUrl(group, image.key);
  const title = variant?.title || share.title || action.title;
  return {
    title,
    description: variant?.text || share.networks.facebook || share.text || description,
    type: "article" as const,
    image: image && file ? { ...image, alt: image.alt || title, url: `${origin}${file}` } : undefined,
    url: variant ? `${origin}${actionPath(kind, action.slug)}?v=${variant.letter}` : undefined,
  };
}

/** One or two lines about the action for search engines and previews: the story's beginning, or who asks. */
export function summaryOf({ t, snapshot }: Subject): string {
  const text = plainText(snapshot.action.settings.descriptionHtml);
  if (text === "") return t("public.group.about", { group: snapshot.group.name });
  return text.length <= DESCRIPTION_SHOWN_MAX
    ? text
    : `${text.slice(0, DESCRIPTION_SHOWN_MAX).replace(/\s+\S*$/, "")}…`;
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " ", "#39": "'" };

/** The words of sanitised HTML. */
function plainText(html: string): string {
  return html
    .slice(0, 20 * DESCRIPTION_SHOWN_MAX)
    .replace(/<[^>]*>/g, " ")
    .replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => entities[name] ?? "")
    .replace(/\s+/g, " ")
    .trim();
}
