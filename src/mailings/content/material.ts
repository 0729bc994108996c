import { fileUrl } from "../../groups/public";
import { dbFor, type GroupDb } from "../../groups/shard";
import type { Group } from "../../groups/types";
import type { Context } from "../../platform/context";
import { groupOrigin } from "../../platform/http";
import type { Mailing, MailingVersion, Wrapper } from "../types";
import { listSnippets } from "../wrapper";
import { actionsIn, type MailAction } from "./blocks";
import { readDocument } from "./document";
import type { Material, VersionLink } from "./making";
import { type ActionRow, selectActions, selectActionsAt } from "./store";

/** What all versions of a mailing are made with: their actions and snippets, read once. */
export async function materialOf(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no" | "settings">,
  versions: readonly MailingVersion[],
  wrapper: Wrapper | null,
): Promise<Material> {
  const db = dbFor(ctx.env, group);
  const origin = groupOrigin(ctx.config, group.slug);
  const shown = versions
    .filter(({ form }) => form === "visual")
    .flatMap(({ body }) => actionsIn(readDocument(body) ?? { type: "doc", content: [] }));
  const actions = await selectActions(db, [...new Set(shown)]);
  const written = versions.map(({ body, plain }) => body + (plain ?? ""));
  const around = wrapper ? [wrapper, ...wrapper.versions].map(({ html }) => html) : [];
  const usesSnippets = [...written, ...around].some((text) => text.includes("snippet"));
  const snippets = usesSnippets ? await listSnippets(db) : [];
  return {
    group,
    mailing,
    wrapper,
    origin,
    actions: new Map(actions.map((row) => [row.actionNo, mailAction(row, group, origin)])),
    snippets: new Map(snippets.map((snippet) => [snippet.name, snippet])),
  };
}

function mailAction(row: ActionRow, group: Group, origin: string): MailAction {
  const image: { key?: unknown; alt?: unknown } | null = row.image === null ? null : JSON.parse(row.image);
  const file = typeof image?.key === "string" ? fileUrl(group, image.key) : null;
  return {
    no: row.actionNo,
    kind: row.kind,
    title: row.title,
    url: `${origin}/${pathOfKind(row.kind)}/${row.slug}`,
    isPublic: row.status === "published",
    image: file ? { src: origin + file, alt: typeof image?.alt === "string" ? image.alt : "" } : null,
    currency: row.currency ?? group.currency,
  };
}

/** Every kind's address is its name in the plural; material.test.ts holds the kinds to it. */
export function pathOfKind(kind: string): string {
  return `${kind.replaceAll("_", "-")}s`;
}

/** Of some links, those that lead to an action of the group, by their address. */
export async function ownActions(
  db: GroupDb,
  origin: string,
  links: readonly VersionLink[],
): Promise<Map<string, ActionRow>> {
  const asked = new Map<string, string>();
  for (const { url } of links) {
    const [, path = "", slug = ""] =
      /^\/([a-z-]+)s\/([a-z0-9-]+)\/?(?:[?#]|$)/.exec(
        url.toLowerCase().startsWith(`${origin}/`) ? url.slice(origin.length) : "",
      ) ?? [];
    if (slug !== "") asked.set(url, `${path.replaceAll("-", "_")}/${slug}`);
  }
  const rows = await selectActionsAt(db, [...new Set(asked.values())]);
  const found = new Map(rows.map((row) => [row.asked, row]));
  return new Map(
    [...asked].flatMap(([url, address]) => {
      const row = found.get(address);
      return row ? [[url, row] as const] : [];
    }),
  );
}
