import type { Config, Env } from "../../env";
import { stripeProvider } from "./stripe";
import { type TestBank, testProvider } from "./test-provider";
import type { PaymentProvider } from "./types";

/**
 * Who moves the money here: Stripe where its keys are set, in development without keys the test provider, else nobody.
 */
export function paymentProvider(env: Env, config: Config): PaymentProvider | null {
  const { STRIPE_SECRET_KEY: secretKey } = config;
  const webhookSecrets = config.STRIPE_WEBHOOK_SECRET.split(",").filter((secret) => secret !== "");
  if (secretKey && webhookSecrets.length > 0) return stripeProvider({ secretKey, webhookSecrets });
  return testBank(env, config);
}

/** The test provider with its buttons; null where money is real. */
export function testBank(env: Env, config: Config): TestBank | null {
  if (!config.isDevelopment || config.STRIPE_SECRET_KEY) return null;
  const { current, keys } = config.SIGNING_KEYS;
  return testProvider({
    sites: env.SITES,
    secret: `test-bank ${keys[current] ?? ""}`,
    origin: config.PLATFORM_ORIGIN,
    now: Date.now,
  });
}
