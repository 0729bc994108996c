import type { Kind } from "./types";

/** The address of an action on its host. */
export function actionPath(kind: Pick<Kind, "path">, slug: string): string {
  return `/${kind.path}/${slug}`;
}

/** Where programs ask how to embed an address (oEmbed 1.0), with the slash that clients of other platforms write. */
export const OEMBED_PATH = "/oembed/";
