import type { Stripe } from "stripe";
import { refOf } from "./stripe-facts";
import type { About, News } from "./types";

/** The messages to subscribe to at Stripe ("Connected accounts"), and what each is about. */
export function newsOf(event: Stripe.Event): News {
  const about = aboutOf(event);
  return about ? { is: "news", account: event.account ?? "", about } : { is: "nothing" };
}

function aboutOf(event: Stripe.Event): About | null {
  switch (event.type) {
    case "checkout.session.completed":
    case "checkout.session.expired":
    case "checkout.session.async_payment_succeeded":
    case "checkout.session.async_payment_failed":
      return { kind: "checkout", ref: event.data.object.id };
    case "payment_intent.succeeded":
    case "payment_intent.payment_failed":
    case "payment_intent.canceled":
    case "payment_intent.processing":
      return { kind: "payment", ref: event.data.object.id };
    case "charge.succeeded":
    case "charge.updated":
    case "charge.refunded":
    case "refund.created":
    case "refund.updated":
    case "refund.failed":
    case "charge.dispute.created":
    case "charge.dispute.updated":
    case "charge.dispute.closed":
    case "charge.dispute.funds_withdrawn":
    case "charge.dispute.funds_reinstated":
      return about("payment", refOf(event.data.object.payment_intent));
    case "invoice.paid":
    case "invoice.payment_failed":
    case "invoice.payment_action_required":
      return about("subscription", refOf(event.data.object.parent?.subscription_details?.subscription));
    case "customer.subscription.updated":
    case "customer.subscription.deleted":
    case "customer.subscription.paused":
    case "customer.subscription.resumed":
      return { kind: "subscription", ref: event.data.object.id };
    case "account.updated":
      return { kind: "account", ref: event.data.object.id };
    default:
      return null;
  }
}

function about(kind: About["kind"], ref: string | null): About | null {
  return ref === null ? null : { kind, ref };
}
