/** Whether a person wants mail, as `people.email_status` and `people.mobile_status` hold it. */
export const subscriptionStatus = {
  none: 0,
  subscribed: 1,
  unsubscribed: 2,
  bounced: 3,
  complained: 4,
} as const;
export type SubscriptionStatus = keyof typeof subscriptionStatus;

/** `identities.kind` */
export const identityKind = { email: 1, phone: 2, erased: 3 } as const;
