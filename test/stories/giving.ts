import type { Client, Visitor } from "../client.ts";
import { world } from "../world.ts";
import { fromOwnConnection, withTag } from "./stage.ts";

/** A fundraiser in each language, with a regular gift: its pages, and the link by which the gift is looked after. */
export type Giving = Record<
  "en" | "fr",
  { overview: string; url: string; gift: string; manage: string; pay: string }
>;

type Stage = { rosa: Visitor; slug: string; host: string };

const [amina] = world.supporters;

export async function setGiving(server: Client, stage: Stage): Promise<Giving> {
  return { en: await giveTo(server, stage, "en"), fr: await giveTo(server, stage, "fr") };
}

async function giveTo(
  server: Client,
  { rosa, slug, host }: Stage,
  language: "en" | "fr",
): Promise<Giving["en"]> {
  const { title, slug: page } = language === "en" ? world.fundraiser : world.frenchFundraiser;
  const overview = await publish(rosa, slug, { title, slug: page, locale: language });
  const path = `/fundraisers/${page}`;
  const visitor = server.visit(host);
  const { givenName, familyName, email, country } = amina;
  const fields = {
    ...{ givenName, familyName, country, email: withTag(email, `giving-${language}`) },
    ...{ amount: "2500", rhythm: "month", currency: world.group.currency },
  };
  const open = async () => {
    const sent = await visitor.post(path, fields, fromOwnConnection());
    return new URL(sent.headers.get("location") ?? "").pathname;
  };
  const paid = await server.visit(server.platformHost).post(await open(), { card: "succeeds" });
  const { pathname, search } = new URL(paid.headers.get("location") ?? "");
  const thanks = await (await visitor.get(pathname + search)).text();
  const manage = /\/fundraisers\/gifts\/manage\?key=[\w.-]+/.exec(thanks)?.[0] ?? "";
  const list = await (await rosa.get(`${overview}/gifts`)).text();
  const gift = /\/gifts\/[0-9a-f-]{36}/.exec(list)?.[0] ?? "";
  return {
    overview,
    url: `http://${host}${path}`,
    gift,
    manage: `http://${host}${manage}`,
    pay: await open(),
  };
}

async function publish(
  rosa: Visitor,
  group: string,
  { title, slug, locale }: { title: string; slug: string; locale: string },
): Promise<string> {
  const made = await rosa.send(`/groups/${group}/actions/new/fundraiser`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ title }).toString(),
  });
  const overview = (made.headers.get("location") ?? "").replace(/\/edit.*$/, "");
  const version = async (path: string) =>
    /name="version" value="(\d+)"/.exec(await (await rosa.get(overview + path)).text())?.[1] ?? "";
  const fields = { version: await version("/edit"), do: "save", title, slug, locale };
  const money = {
    ...{
      fundraiser: "shown",
      currency: world.group.currency,
      "amounts.0": "10",
      "amounts.1": "25",
      least: "1",
    },
    ...{
      most: "5000",
      isOtherAllowed: "yes",
      "rhythm.once": "yes",
      "rhythm.month": "yes",
      moneyGoal: "2500",
    },
    ...{
      "feeCover.isOffered": "yes",
      "feeCover.basisPoints": "2.9",
      "feeCover.fixed": "0.30",
      hasDedications: "yes",
    },
    ...{ "recipients.count": "2", "recipients.0.name": "Mill Lane", "recipients.0.share": "3" },
    ...{ "recipients.1.name": "Riverside", "recipients.1.share": "1", isRecipientChosen: "yes" },
  };
  await rosa.post(`${overview}/edit`, { ...fields, ...money });
  await rosa.post(`${overview}/publication`, { version: await version("/publication") });
  return overview;
}
