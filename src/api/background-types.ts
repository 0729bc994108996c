import { z } from "zod";
import type { Id } from "../platform/ids";

export type ApiRequestId = Id<"api-request">;

/** "There is a request to be worked on": a hint, the request itself is a row. */
export const apiRequestDue = z.object({ type: z.literal("api.request"), groupNo: z.number(), id: z.uuid() });
