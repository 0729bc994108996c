import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../src/env";

/* Every class that wrangler.toml binds, with nothing in it: a baseline has the same bindings and uses few of them. */

export class ActionIntake extends DurableObject<Env> {}
export class ActionHome extends DurableObject<Env> {}
export class LimitsObject extends DurableObject<Env> {}
export class OperationsObject extends DurableObject<Env> {}
export class GroupPayments extends DurableObject<Env> {}
export class GroupExports extends DurableObject<Env> {}
export class GroupReports extends DurableObject<Env> {}
export class ImportsObject extends DurableObject<Env> {}
export class GroupChats extends DurableObject<Env> {}
export class MailingDriver extends DurableObject<Env> {}
export class SendGate extends DurableObject<Env> {}
export class MailReaders extends DurableObject<Env> {}
export class KeyGate extends DurableObject<Env> {}
export class WebhookLane extends DurableObject<Env> {}
export class SeriesClock extends DurableObject<Env> {}
