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

/**
 * How the values of a custom field are written: a text as it was said, a number in digits with a point (12.5), a day as
 * 2026-03-12, several choices as a JSON array.
 */
export const fieldTypes = ["text", "number", "date", "several"] as const;
export type FieldType = (typeof fieldTypes)[number];
