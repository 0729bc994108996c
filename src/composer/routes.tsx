import { Hono } from "hono";
import type { MemberEnv } from "../groups/web";
import { alternateRoutes } from "./alternate-routes";
import { cohortRoutes } from "./cohort-routes";
import { dayRoutes } from "./day-routes";
import { keptRoutes } from "./kept-routes";
import { listRoutes } from "./list-routes";
import { mergeFileRoutes } from "./merge-file-routes";
import { newsRoutes } from "./news-routes";
import { pictureRoutes } from "./picture-routes";
import { progressRoutes } from "./progress-routes";
import { proofRoutes } from "./proof-routes";
import { reviewRoutes } from "./review-routes";
import { settingsRoutes } from "./settings-routes";
import { targetRoutes } from "./target-routes";
import { versionRoutes } from "./version-routes";
import { visualRoutes } from "./visual-routes";
import { writeRoutes } from "./write-routes";

/** Everything an organiser does to a mailing but read its numbers. */
export const composerRoutes = new Hono<MemberEnv>();

composerRoutes.route("/", visualRoutes);
composerRoutes.route("/", listRoutes);
composerRoutes.route("/", dayRoutes);
composerRoutes.route("/", newsRoutes);
composerRoutes.route("/", keptRoutes);
composerRoutes.route("/", mergeFileRoutes);
composerRoutes.route("/", pictureRoutes);
composerRoutes.route("/", settingsRoutes);
composerRoutes.route("/", writeRoutes);
composerRoutes.route("/", versionRoutes);
composerRoutes.route("/", alternateRoutes);
composerRoutes.route("/", targetRoutes);
composerRoutes.route("/", reviewRoutes);
composerRoutes.route("/", proofRoutes);
composerRoutes.route("/", progressRoutes);
composerRoutes.route("/", cohortRoutes);
