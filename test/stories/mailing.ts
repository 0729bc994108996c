import type { Visitor } from "../client.ts";
import { world } from "../world.ts";

/** Mailings of a group in every state, and what belongs to them. Below the platform's origin. */
export type Mailings = {
  draft: string;
  /** With alternates, one subject of which says what another says. */
  combined: string;
  sent: string;
  waiting: string;
  /** A ranked day that has mailings. */
  day: string;
  series: string;
  wrapper: string;
  snippet: string;
  mergeFile: string;
  /** An upload of it that waits for somebody to say what its columns are. */
  mergeUpload: string;
  breakdown: string;
};

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

/** Gives a draft other subjects, another sender and another message. */
async function addAlternates(rosa: Visitor, draft: string): Promise<void> {
  const add = (fields: Record<string, string>) => rosa.post(`${draft}/alternates`, fields);
  await add({
    part: "subject",
    subject: world.petition.targets[0].name,
    preview: world.petition.ask.slice(0, 200),
  });
  await add({ part: "subject", subject: world.petition.title, preview: "" });
  await add({ part: "sender", fromName: world.group.name });
  await add({ part: "body" });
}

/** A table of facts by country, and another one that was brought for it. */
async function setMergeFile(
  rosa: Visitor,
  base: string,
): Promise<{ mergeFile: string; mergeUpload: string }> {
  const bring = async (path: string, text: string) => {
    const body = new FormData();
    body.append("name", world.petition.title);
    body.append("upload", new File([text], "facts.csv", { type: "text/csv" }));
    const response = await rosa.send(`${base}/merge-files${path}`, { method: "POST", body });
    return response.headers.get("location") ?? "";
  };
  const first = await bring("/new", `Country,Town hall\nCA,${world.group.name}\nnowhere,x\n`);
  const mergeFile = first.replace(/\/uploads.*$/, "");
  await rosa.post(first, { keyAt: "0", kind: "country" });
  const id = mergeFile.replace(/^.*\//, "/");
  return { mergeFile, mergeUpload: await bring(`${id}/uploads`, "Country,Bridge\nUS,x\n") };
}

/** Has a draft sent every week, from a month from now on. */
async function startSeries(rosa: Visitor, draft: string): Promise<string> {
  const from = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const plan = { every: "week", weekdays: "1", at: "09:30", timeZone: world.group.timeZone, from };
  const response = await rosa.send(`${draft}/repeat`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...plan, skipsEmpty: "yes", recipientsMax: "100" }).toString(),
  });
  return (response.headers.get("location") ?? "").split("?")[0] ?? "";
}

/** The group's breakdown for all mailings, of two shared audiences. */
async function setBreakdown(rosa: Visitor, slug: string): Promise<string> {
  const audience = (name: string, what: Record<string, string>) =>
    rosa.post(`/groups/${slug}/audiences/new`, { name, isShared: "yes", "i:join": "all", ...what });
  await audience("With a name", { "i.0:is": "has", "i.0:what": "name" });
  await audience("In Toronto", { "i.0:is": "city", "i.0:cities": "Toronto" });
  const base = `/groups/${slug}/mailings/breakdowns`;
  const form = await (await rosa.get(`${base}/new`)).text();
  const offered = [...form.matchAll(/name="audience" value="(\d+)"/g)].map(([, no = ""]) => no);
  const body = new URLSearchParams([
    ["name", "Names and places"],
    ["by", "audiences"],
  ]);
  for (const no of offered) body.append("audience", no);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  await rosa.send(`${base}/new`, { method: "POST", headers, body: body.toString() });
  const id = /breakdowns\/([0-9a-f-]{36})/.exec(await (await rosa.get(base)).text())?.[1] ?? "";
  await rosa.post(`${base}/${id}/default`, { to: "yes" });
  return `${base}/${id}`;
}

/** What the mailing that was sent is tagged with; the second is hidden. */
export const TAG = "rivers";
const HIDDEN_TAG = "winter";

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
  const breakdown = await setBreakdown(rosa, slug);
  const draft = await writeMailing(rosa, slug);
  await rosa.post(`${draft}/variants`, {});
  await rosa.post(`${draft}/languages`, { language: "fr" });
  const sent = await writeMailing(rosa, slug);
  await addAlternates(rosa, sent);
  const settings = { when: "now", tracksOpens: "yes", tracksClicks: "yes" };
  const send = (href: string) => rosa.post(`${href}/review`, { ...settings, do: "send", shown: "1" });
  await send(sent);
  await rosa.post(`${sent}/names`, { tags: `${TAG}, ${HIDDEN_TAG}` });
  await rosa.post(`${base}/tags/hiding?tag=${HIDDEN_TAG}`, {});
  const series = await startSeries(rosa, await writeMailing(rosa, slug));
  const waiting = await writeMailing(rosa, slug);
  await rosa.post(`${base}/settings`, { replies: "forward", undoMinutes: "0", approvalFrom: "1" });
  await send(waiting);
  const combined = await writeMailing(rosa, slug);
  await rosa.post(`${combined}/languages`, { language: "fr" });
  await addAlternates(rosa, combined);
  // As Canadians write a day: 2026-11-23.
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: world.group.timeZone }).format();
  const day = `${base}/days/${today}`;
  await rosa.post(`${day}/ranking`, { rank: "on" });
  return {
    draft,
    combined,
    sent,
    waiting,
    day,
    series,
    wrapper,
    snippet,
    breakdown,
    ...(await setMergeFile(rosa, base)),
  };
}
