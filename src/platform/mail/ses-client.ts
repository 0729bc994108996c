import { AwsClient } from "aws4fetch";
import type { Config } from "../../env";

const clients = new Map<string, AwsClient>();

/** Kept, since it keeps the key it derives for a day's signatures. */
export function sesClient({ BULK_SES_KEY_ID, BULK_SES_SECRET, BULK_SES_REGION }: Config): AwsClient {
  const name = `${BULK_SES_KEY_ID} ${BULK_SES_REGION} ${BULK_SES_SECRET}`;
  const known = clients.get(name);
  if (known) return known;
  const client = new AwsClient({
    accessKeyId: BULK_SES_KEY_ID,
    secretAccessKey: BULK_SES_SECRET,
    region: BULK_SES_REGION,
    service: "ses",
    // It would send a mail again that may have left.
    retries: 0,
  });
  clients.set(name, client);
  return client;
}

export function sesOrigin({ BULK_SES_ENDPOINT, BULK_SES_REGION }: Config): string {
  return BULK_SES_ENDPOINT || `https://email.${BULK_SES_REGION}.amazonaws.com`;
}
