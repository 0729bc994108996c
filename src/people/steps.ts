import { fieldSteps } from "./field-keeping";
import { sourceSteps } from "./source";
import { tagSteps } from "./tag-keeping";
import type { Step } from "./work";

/** Everything long that is done behind of tags, fields and sources. */
export const peopleSteps: Readonly<Record<string, Step>> = { ...tagSteps, ...fieldSteps, ...sourceSteps };
