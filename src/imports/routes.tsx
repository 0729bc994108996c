import { Hono } from "hono";
import type { MemberEnv } from "../groups/web";
import { importRoutes as oneImport } from "./import-routes";
import { uploadRoutes } from "./upload-routes";

/** Bringing people in, on the platform host. */
export const importRoutes = new Hono<MemberEnv>();

importRoutes.route("/", uploadRoutes);
importRoutes.route("/", oneImport);
