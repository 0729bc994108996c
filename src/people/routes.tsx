import { Hono } from "hono";
import type { MemberEnv } from "../groups/web";
import { fieldRoutes } from "./field-routes";
import { sourceRoutes } from "./source-routes";
import type { RenameInActions } from "./tag-keeping";
import { tagRoutes } from "./tag-routes";

/** Tags, fields and sources of a group's people; what they need of the features above is handed in. */
export function tagAndFieldRoutes(above: {
  renameInActions: RenameInActions;
  pathOf(kind: string): string | undefined;
}) {
  return new Hono<MemberEnv>()
    .route("/", tagRoutes(above.renameInActions))
    .route("/", fieldRoutes)
    .route("/", sourceRoutes(above.pathOf));
}
