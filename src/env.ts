import { z } from "zod";

/** The variables and secrets a deployment must set; parsed once per isolate, so a typo stops the first request. */
const variables = z.object({
  ENVIRONMENT: z.enum(["production", "development"]),
  PLATFORM_ORIGIN: z.url(),
  ROOT_DOMAIN: z.string().min(1),
  MAIL_FROM: z.email(),
  OPERATORS: z.string().default(""),
  /** JSON: `{"current":"k1","keys":{"k1":"<base64url, 32 bytes>"}}`. Old keys stay until their tokens expired. */
  SIGNING_KEYS: z.string().transform((text, check) => {
    try {
      return signingKeys.parse(JSON.parse(text));
    } catch {
      check.addIssue({ code: "custom", message: "not the JSON described in .dev.vars.example" });
      return z.NEVER;
    }
  }),
  /** Keys the hash of every identity. Changing it forgets who has acted: it is never rotated without re-hashing. */
  IDENTITY_PEPPER: z.string().min(32),
  /** So long, in ms, a participation that comes alone waits for others before it is stored; unless it is 0, each costs an alarm. */
  INTAKE_GATHER_MS: z.coerce.number().int().min(0).max(10_000).default(0),
  /** Stripe's secret key, and the signing secrets of its webhook endpoints, by commas. Without them nobody can be charged. */
  STRIPE_SECRET_KEY: z.string().default(""),
  STRIPE_WEBHOOK_SECRET: z.string().default(""),
  /** Whom to ask whether a group's DNS records are there (DNS over HTTPS, in JSON). */
  DNS_RESOLVER: z.url().default("https://cloudflare-dns.com/dns-query"),
  /** By what mailings leave; in development "" only captures them. */
  BULK_TRANSPORT: z.enum(["", "ses", "smtp", "binding"]).default(""),
  /** Whose addresses send for groups without a domain, and get what comes back; "" for the domain of MAIL_FROM. */
  BULK_DOMAIN: z.string().default(""),
  /** Mails a second that the provider takes of the whole installation; 0 for what its transport begins with. */
  BULK_PER_SECOND: z.coerce.number().int().min(0).default(0),
  /** The name whose SPF record lists the relay's servers, for the records that groups are shown. */
  BULK_SPF: z.string().default(""),
  /** "no" leaves mailings out of the development mailbox, which costs as much as sending them: for measurements. */
  BULK_CAPTURE: z.enum(["", "no"]).default(""),
  BULK_SES_REGION: z.string().default("us-east-1"),
  BULK_SES_KEY_ID: z.string().default(""),
  BULK_SES_SECRET: z.string().default(""),
  BULK_SES_CONFIGURATION_SET: z.string().default(""),
  /** Only for a stand-in; "" for Amazon's own in the region. */
  BULK_SES_ENDPOINT: z.union([z.literal(""), z.url()]).default(""),
  BULK_SMTP_HOST: z.string().default(""),
  BULK_SMTP_PORT: z.coerce.number().int().min(1).max(65_535).default(587),
  /** "" is "implicit" on port 465 and "starttls" on every other; "none" is taken in development alone. */
  BULK_SMTP_TLS: z.enum(["", "implicit", "starttls", "none"]).default(""),
  BULK_SMTP_USER: z.string().default(""),
  BULK_SMTP_PASSWORD: z.string().default(""),
  /** The topics (ARNs, by commas) by which Amazon SES reports bounces and complaints; without one its webhook is closed. */
  MAIL_EVENT_TOPICS: z.string().default(""),
  /** Signs reports of any other mail service ("whsec_…", standardwebhooks.com); without it that webhook is closed. */
  MAIL_EVENT_SECRET: z.string().default(""),
});

const signingKeys = z
  .object({ current: z.string(), keys: z.record(z.string(), z.string().min(43)) })
  .refine((value) => value.current in value.keys, "the current key is missing from keys");

export type SigningKeys = z.infer<typeof signingKeys>;

/** What the platform binds (wrangler.toml). Only `worker.ts` and this file see it whole. */
export interface Env {
  ENVIRONMENT: string;
  PLATFORM_ORIGIN: string;
  ROOT_DOMAIN: string;
  MAIL_FROM: string;
  OPERATORS: string;
  SIGNING_KEYS: string;
  IDENTITY_PEPPER: string;
  INTAKE_GATHER_MS?: string;
  STRIPE_SECRET_KEY?: string;
  STRIPE_WEBHOOK_SECRET?: string;
  DNS_RESOLVER?: string;
  BULK_TRANSPORT?: string;
  BULK_DOMAIN?: string;
  BULK_PER_SECOND?: string;
  BULK_SPF?: string;
  BULK_CAPTURE?: string;
  BULK_SES_REGION?: string;
  BULK_SES_KEY_ID?: string;
  BULK_SES_SECRET?: string;
  BULK_SES_CONFIGURATION_SET?: string;
  BULK_SES_ENDPOINT?: string;
  BULK_SMTP_HOST?: string;
  BULK_SMTP_PORT?: string;
  BULK_SMTP_TLS?: string;
  BULK_SMTP_USER?: string;
  BULK_SMTP_PASSWORD?: string;
  MAIL_EVENT_TOPICS?: string;
  MAIL_EVENT_SECRET?: string;
  DIRECTORY: D1Database;
  SITES: KVNamespace;
  FILES: R2Bucket;
  ASSETS: Fetcher;
  EMAIL: SendEmail;
  EVENTS: Queue;
  MAIL: Queue;
  RECEIPTS: Queue;
  VIEWS: Queue;
  MAIL_EVENTS: Queue;
  MAILINGS: Queue;
  WORK: Queue;
  PUBLIC_RATE: RateLimit;
  INTAKE: DurableObjectNamespace<import("./intake/intake-object").ActionIntake>;
  HOME: DurableObjectNamespace<import("./intake/home-object").HomeObject>;
  LIMITS: DurableObjectNamespace<import("./platform/limits-object").LimitsObject>;
  OPERATIONS: DurableObjectNamespace<import("./operations/operations-object").OperationsObject>;
  PAYMENTS: DurableObjectNamespace<import("./payments/payments-object").PaymentsObject>;
  EXPORTS: DurableObjectNamespace<import("./exports/exports-object").ExportsObject>;
  REPORTS: DurableObjectNamespace<import("./reports/reports-object").ReportsObject>;
  MAILING: DurableObjectNamespace<import("./delivery/mailing-object").MailingDriver>;
  GATE: DurableObjectNamespace<import("./senders/gate-object").SendGate>;
  READERS: DurableObjectNamespace<import("./tracking/readers-object").MailReaders>;
  IMPORTS: DurableObjectNamespace<import("./imports/imports-object").ImportsObject>;
  SERIES: DurableObjectNamespace<import("./series/series-object").SeriesObject>;
  CHATS: DurableObjectNamespace<import("./connections/chat-object").ChatLane>;
  WEBHOOKS: DurableObjectNamespace<import("./webhooks/webhook-object").WebhookLane>;
  KEY_GATES: DurableObjectNamespace<import("./keys/gate-object").KeyGate>;
  [shard: `SHARD_${string}`]: D1Database;
}

export type Config = z.infer<typeof variables> & {
  /** `PLATFORM_ORIGIN`, parsed. */
  platform: URL;
  operators: string[];
  isDevelopment: boolean;
  /** The platform mail domain: of senders without their own, return paths and Message-IDs. */
  mailDomain: string;
};

const parsed = new WeakMap<object, Config>();

/** The parsed variables. Throws naming the variable when one is missing or malformed. */
export function configOf(env: Env): Config {
  const known = parsed.get(env);
  if (known) return known;
  const values = variables.parse(env);
  const config: Config = {
    ...values,
    platform: new URL(values.PLATFORM_ORIGIN),
    operators: values.OPERATORS.split(",")
      .map((address) => address.trim().toLowerCase())
      .filter((address) => address !== ""),
    isDevelopment: values.ENVIRONMENT === "development",
    mailDomain: (
      values.BULK_DOMAIN || values.MAIL_FROM.slice(values.MAIL_FROM.lastIndexOf("@") + 1)
    ).toLowerCase(),
  };
  parsed.set(env, config);
  return config;
}
