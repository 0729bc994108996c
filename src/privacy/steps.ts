import type { Step } from "../people/work";
import { erasureSteps } from "./erasure";
import { retentionSteps } from "./retention";

/** What is done behind for people's privacy. */
export const privacySteps: Readonly<Record<string, Step>> = { ...erasureSteps, ...retentionSteps };
