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
  /** Stripe's secret key, and the signing secrets of its webhook endpoints, by commas. Without them nobody can be charged. */
  STRIPE_SECRET_KEY: z.string().default(""),
  STRIPE_WEBHOOK_SECRET: z.string().default(""),
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
  STRIPE_SECRET_KEY?: string;
  STRIPE_WEBHOOK_SECRET?: string;
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
  [shard: `SHARD_${string}`]: D1Database;
}

export type Config = z.infer<typeof variables> & {
  /** `PLATFORM_ORIGIN`, parsed. */
  platform: URL;
  operators: string[];
  isDevelopment: boolean;
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
  };
  parsed.set(env, config);
  return config;
}
