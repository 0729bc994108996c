import { z } from "zod";
import type { Config } from "../../env";
import type { DkimKey } from "./bulk";
import { sesClient, sesOrigin } from "./ses-client";

const TIMEOUT_MS = 10_000;
const identity = z.object({ VerifiedForSendingStatus: z.boolean().optional() });

/**
 * Makes SES send for a domain: signed with our key, returned to a subdomain of its own. Asked again it changes nothing that is
 * right. To be called once the domain's DNS holds the key, which is what proves whose it is.
 * @returns whether SES believes it already; it looks at the DNS itself, which takes it minutes. Throws when SES refuses.
 */
export async function registerWithSes(config: Config, key: DkimKey, returnDomain: string): Promise<boolean> {
  const signing = { DomainSigningSelector: key.selector, DomainSigningPrivateKey: key.privateKey };
  const path = `/v2/email/identities/${encodeURIComponent(key.domain)}`;
  const made = await ask(config, "POST", "/v2/email/identities", {
    EmailIdentity: key.domain,
    DkimSigningAttributes: signing,
  });
  // There already: of an earlier call, or of a group that sent from it before.
  if (!made.ok) {
    const order = { SigningAttributesOrigin: "EXTERNAL", SigningAttributes: signing };
    await must(
      ask(config, "PUT", `/v1/email/identities/${encodeURIComponent(key.domain)}/dkim/signing`, order),
    );
  }
  await must(
    ask(config, "PUT", `${path}/mail-from`, {
      MailFromDomain: returnDomain,
      BehaviorOnMxFailure: "USE_DEFAULT_VALUE",
    }),
  );
  const response = await must(ask(config, "GET", path));
  return identity.parse(await response.json()).VerifiedForSendingStatus === true;
}

async function must(asked: Promise<Response>): Promise<Response> {
  const response = await asked;
  if (!response.ok) throw new Error(`SES answered ${response.status}`);
  return response;
}

function ask(config: Config, method: string, path: string, body?: unknown): Promise<Response> {
  return sesClient(config).fetch(new URL(path, sesOrigin(config)).href, {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined
      ? {}
      : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });
}
