import type { Visitor } from "../client.ts";
import { world } from "../world.ts";

/** Mailings of a group in every state, and what belongs to them. Below the platform's origin. */
export type Mailings = { draft: string; sent: string; waiting: string; wrapper: string; snippet: string };

/** A list of demo people who get mail, brought as a file: `first@<domain>`, … */
export async function bringList(rosa: Visitor, slug: string, people: readonly string[]): Promise<void> {
  const text = ["First name,Email", ...people.map((email, index) => `${nameAt(index)},${email}`)].join("\n");
  const begun = await rosa.send(`/groups/${slug}/imports/uploads`, {
    method: "POST",
    body: JSON.stringify({ name: "list.csv", bytes: new TextEncoder().encode(text).length }),
  });
  const { href } = (await begun.json()) as { href: string };
  await rosa.send(`${href}/parts/1`, { method: "PUT", body: text });
  await rosa.send(`${href}/file`, { method: "POST", body: "" });
  await rosa.post(`${href}/mapping`, {
    ...{ "column.0": "givenName", "column.1": "email" },
    ...{
      subscribe: "all",
      confirm: "yes",
      name: world.organiser.name,
      where: world.petition.title,
      do: "start",
    },
  });
}

/** Some are blank, as on every real list. */
function nameAt(index: number): string {
  return index % 10 === 9 ? "" : (world.supporters[index % world.supporters.length]?.givenName ?? "");
}

/** What every mail of a group must say, and no minute of waiting before the first one leaves. */
export async function readyToMail(rosa: Visitor, slug: string): Promise<void> {
  const { group } = world;
  await rosa.post(`/groups/${slug}/settings`, {
    ...{ name: group.name, description: group.description, website: group.website },
    ...{ privacyUrl: group.privacyUrl, replyTo: group.replyTo, postalAddress: group.postalAddress },
    ...{ country: group.country, locale: "en", timeZone: group.timeZone, currency: group.currency },
    ...{ optInMode: "unticked", consentText: "" },
  });
  await rosa.post(`/groups/${slug}/mailings/settings`, {
    ...{ replies: "forward", undoMinutes: "0", tracksOpens: "yes", tracksClicks: "yes" },
  });
}

const words = {
  ...{
    version: "1",
    fromName: world.organiser.name,
    subject: world.petition.title,
    preview: world.petition.ask,
  },
  ...{ form: "markdown", bodyForm: "markdown", plain: "" },
  body: `Dear {{ first_name | default: "friend" }},\n\n${world.petition.description}`,
};
const everybody = { "i:join": "all", "e:join": "any" };

/** A draft to everybody on the list, as its form would make it. */
export async function writeMailing(rosa: Visitor, slug: string): Promise<string> {
  const begun = await rosa.send(`/groups/${slug}/mailings/new`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "",
  });
  const href = begun.headers.get("location") ?? "";
  await rosa.post(href, words);
  await rosa.post(`${href}/target`, everybody);
  return href;
}

/** One of each, for the walk through every page. */
export async function setMailings(rosa: Visitor, slug: string): Promise<Mailings> {
  await readyToMail(rosa, slug);
  const base = `/groups/${slug}/mailings`;
  const made = async (path: string, fields: Record<string, string>) => {
    const response = await rosa.send(`${base}/${path}/new`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields).toString(),
    });
    return (response.headers.get("location") ?? "").split("?")[0] ?? "";
  };
  const wrapper = await made("wrappers", {
    name: world.group.name,
    html: "<h1>{{ group.name }}</h1>{{ content }}",
  });
  const snippet = await made("snippets", { name: "our-office", form: "markdown", body: world.petition.ask });
  await made("templates", {
    name: world.petition.title,
    subject: world.petition.title,
    form: "markdown",
    body: "",
  });
  const draft = await writeMailing(rosa, slug);
  await rosa.post(`${draft}/variants`, {});
  await rosa.post(`${draft}/languages`, { language: "fr" });
  const sent = await writeMailing(rosa, slug);
  const settings = { when: "now", tracksOpens: "yes", tracksClicks: "yes" };
  const send = (href: string) => rosa.post(`${href}/review`, { ...settings, do: "send", shown: "1" });
  await send(sent);
  const waiting = await writeMailing(rosa, slug);
  await rosa.post(`${base}/settings`, { replies: "forward", undoMinutes: "0", approvalFrom: "1" });
  await send(waiting);
  return { draft, sent, waiting, wrapper, snippet };
}
