import { fileUrl } from "../groups/public";
import type { T } from "../ui/i18n";
import type { ActionSnapshot, Kind } from "./types";

const DESCRIPTION_SHOWN_MAX = 200;

type Subject = { t: T; snapshot: ActionSnapshot };

/** What every page about an action says of it in its head. */
export function pageFrame(
  props: Subject & { kind: Pick<Kind, "style">; origin: string; platformOrigin: string },
) {
  const { action, group } = props.snapshot;
  const { image, share } = action.settings;
  const url = image && fileUrl(group, image.key);
  const description = summaryOf(props);
  return {
    t: props.t,
    locale: action.locale,
    group,
    style: props.kind.style,
    platformOrigin: props.platformOrigin,
    title: action.title,
    description,
    social: {
      title: share.title || action.title,
      description: share.text || description,
      type: "article" as const,
      image: image && url ? { ...image, url: `${props.origin}${url}` } : undefined,
    },
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
