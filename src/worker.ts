import { handle } from "./app";
import { ChatLane } from "./connections/chat-object";
import type { Env } from "./env";
import { ExportsObject } from "./exports/exports-object";
import { receiveEmail } from "./inbound/email";
import { HomeObject } from "./intake/home-object";
import { consume, followUps, paymentFollowers, tick, whenDue } from "./jobs";
import { kinds } from "./kinds";
import { PaymentsObject } from "./payments/payments-object";
import { createContext } from "./platform/context";
import { newId } from "./platform/ids";

export { MailingDriver } from "./delivery/mailing-object";
export { ImportsObject } from "./imports/imports-object";
export { ActionIntake } from "./intake/intake-object";
export { KeyGate } from "./keys/gate-object";
export { OperationsObject } from "./operations/operations-object";
export { LimitsObject } from "./platform/limits-object";
export { ReportsObject as GroupReports } from "./reports/reports-object";
export { SendGate } from "./senders/gate-object";
export { SeriesObject as SeriesClock } from "./series/series-object";
export { MailReaders } from "./tracking/readers-object";
export { WebhookLane } from "./webhooks/webhook-object";

/** The home of intake, told here what follows a participation: that list lies above the intake folder. */
export class ActionHome extends HomeObject {
  protected override readonly followUps = followUps;
  protected override readonly whenDue = whenDue;
}

/** What watches over a group's payments, told here who follows them, for the same reason. */
export class GroupPayments extends PaymentsObject {
  protected override readonly followers = paymentFollowers;
}

/** What makes a group's files behind, told here which kinds of action there are. */
export class GroupExports extends ExportsObject {
  protected override readonly kinds = kinds;
}

/** What tells a group's chats how things go, for the same reason. */
export class GroupChats extends ChatLane {
  protected override readonly kinds = kinds;
}

export default {
  fetch: handle,
  async queue(batch, env, executionCtx) {
    await consume(
      createContext(env, newId(), (work) => executionCtx.waitUntil(work)),
      batch,
    );
  },
  async email(message, env, executionCtx) {
    await receiveEmail(
      createContext(env, newId(), (work) => executionCtx.waitUntil(work)),
      message,
    );
  },
  async scheduled(_controller, env, executionCtx) {
    await tick(createContext(env, newId(), (work) => executionCtx.waitUntil(work)));
  },
} satisfies ExportedHandler<Env>;
