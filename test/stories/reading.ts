import type { Page } from "playwright-core";
import type { Client } from "../client.ts";
import { linkIn, waitForMail } from "../mailbox.ts";

const keys = new Map<string, Promise<string>>();

/** Opens a page that mails lead to, by the key of somebody on the list. */
export async function openReaderPage(
  page: Page,
  where: { server: Client; host: string; email: string },
  path: string,
) {
  const key = keys.get(where.host) ?? keyOf(where);
  keys.set(where.host, key);
  return page.goto(`http://${where.host}/m/${await key}/${path}`);
}

/** From the page of their own data, which they ask to be let into by mail. */
async function keyOf({
  server,
  host,
  email,
}: {
  server: Client;
  host: string;
  email: string;
}): Promise<string> {
  const visitor = server.visit(host);
  await visitor.post("/privacy?lang=en", { email });
  const [mail] = await waitForMail(server, email, { subject: /^Your data with/, contains: host });
  if (!mail) throw new Error("no mail came");
  const own = await (await visitor.get(linkIn(mail, "/privacy/mine"))).text();
  const key = /\/m\/([\w.-]+)\/preferences/.exec(own)?.[1];
  if (!key) throw new Error("the page of somebody's own data leads to no preferences");
  return key;
}
