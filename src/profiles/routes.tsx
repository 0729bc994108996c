import { Hono } from "hono";
import type { MemberEnv } from "../groups/web";
import { contactRoutes } from "./contact-routes";
import { listRoutes } from "./list-routes";
import { mergeRoutes } from "./merge-routes";
import { noteRoutes } from "./note-routes";
import { personRoutes } from "./person-routes";

/** The people of a group and each of them. Mounted at "/" of the platform host; named pages come before a person's id. */
export const profileRoutes = new Hono<MemberEnv>()
  .route("/", listRoutes)
  .route("/", mergeRoutes)
  .route("/", personRoutes)
  .route("/", contactRoutes)
  .route("/", noteRoutes);
