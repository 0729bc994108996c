import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";

/** One per sender: see docs/decisions/0027. */
export class SendGate extends DurableObject<Env> {}
