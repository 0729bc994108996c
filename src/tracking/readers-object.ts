import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";

/** What readers do with mails, on its way to D1. */
export class MailReaders extends DurableObject<Env> {}
