import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";

/** One per mailing: see docs/decisions/0027. */
export class MailingDriver extends DurableObject<Env> {}
