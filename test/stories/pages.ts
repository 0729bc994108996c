import type { Page, Response } from "playwright-core";
import type { Client } from "../client.ts";
import { linkIn, waitForMail } from "../mailbox.ts";
import { publishPetition, signIn } from "../seed.ts";
import { OPERATOR_EMAIL } from "../variables.ts";
import { world } from "../world.ts";
import { type Stage, setStage, signOverHttp } from "./stage.ts";

/* Every page of the product and how to come to it. A new page is added here, and is then checked like the others. */

export type Language = "en" | "fr";

/** One language's petitions of the group, in every state. */
type Petitions = { live: Stage; closed: Stage; stopped: Stage };

/** A group with something on each of its pages. */
export type Scene = {
  server: Client;
  /** Who looks at the organisers' pages: each has the language on the account, and may see everything. */
  organisers: Record<Language, string>;
  petitions: Record<Language, Petitions>;
  /** Below the platform's origin. */
  group: string;
  draft: string;
  operationsGroup: string;
  mail: string;
  signInLink: string;
  invitationLink: string;
};

export type Visit = { page: Page; scene: Scene; language: Language };

export type ListedPage = {
  name: string;
  as: "visitor" | "organiser" | "operator";
  /** A page of the group's own host: no cookie, one small document. */
  isPublic?: true;
  /** 200 unless told. */
  status?: number;
  /** It speaks the group's language, whoever asks. */
  isInGroupLanguage?: true;
  open(visit: Visit): Promise<Response | null>;
};

const invited = world.coOrganiser.email.replace("@", "+invited@");
const newcomer = "newcomer@supporters.example";

/** Makes the group, its petitions in both languages and every state, signers, comments, a removal, a report, mail. */
export async function setScene(server: Client): Promise<Scene> {
  const first = await setStage(server, "every-page");
  const group = `/groups/${first.slug}`;
  const operator = await signIn(server, { name: "Operations", email: OPERATOR_EMAIL });
  const found = await (await operator.get(`/operations/groups?q=${first.slug}`)).text();
  const operationsGroup = /\/operations\/groups\/[0-9a-f-]{36}/.exec(found)?.[0] ?? "";

  const petitionIn = async (
    petition: typeof world.petition | typeof world.frenchPetition,
    suffix: string,
  ) => {
    const slug = `${petition.slug}-${suffix}`;
    const overview = await publishPetition(first.rosa, first.slug, { ...petition, slug });
    const petitionPath = `/petitions/${slug}`;
    return { ...first, overview, petitionPath, petitionUrl: `http://${first.host}${petitionPath}` };
  };
  const petitionsIn = async (petition: typeof world.petition | typeof world.frenchPetition) => {
    const live = await petitionIn(petition, "live");
    const closed = await petitionIn(petition, "closed");
    const stopped = await petitionIn(petition, "stopped");
    await first.rosa.post(`${closed.overview}/closure`, {});
    const id = stopped.overview.split("/").at(-1);
    await operator.post(`${operationsGroup}/actions/${id}/brake`, { brake: "on", reason: "" });
    for (const supporter of world.supporters) await signOverHttp(server, live, supporter, "?source=flyer");
    await server
      .visit(live.host)
      .post(`${live.petitionPath}/report`, { reason: "false", detail: petition.ask });
    return { live, closed, stopped };
  };
  const petitions = { en: await petitionsIn(world.petition), fr: await petitionsIn(world.frenchPetition) };

  const made = await first.rosa.send(`${group}/actions/new/petition`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ title: world.petition.title }).toString(),
  });
  const draft = (made.headers.get("location") ?? "").replace(/\/edit.*$/, "");
  const tom = await joinAsAdministrator(server, first);
  await first.rosa.post(`${group}/settings/invitations`, { addresses: invited, role: "organiser" });
  await server.visit(server.platformHost).post("/sign-in", { email: newcomer, next: "/" });
  const [invitation] = await waitForMail(server, invited);
  const [link] = await waitForMail(server, newcomer);
  if (!invitation || !link) throw new Error("no mail came");
  return {
    server,
    organisers: { en: first.rosaEmail, fr: tom },
    petitions,
    group,
    draft,
    operationsGroup,
    mail: `/dev/mail/${link.id}`,
    signInLink: linkIn(link, "/sign-in/confirm"),
    invitationLink: linkIn(invitation, "/invitations/accept"),
  };
}

/** Tom, whose account speaks French, joins by invitation. Gives his address. */
async function joinAsAdministrator(server: Client, { rosa, slug }: Stage): Promise<string> {
  const email = world.coOrganiser.email.replace("@", `+${slug}-french@`);
  await rosa.post(`/groups/${slug}/settings/invitations`, { addresses: email, role: "administrator" });
  const [mail] = await waitForMail(server, email);
  if (!mail) throw new Error("no invitation came");
  const tom = await signIn(server, { name: world.coOrganiser.name, email });
  await tom.post("/account", { name: world.coOrganiser.name, locale: "fr", timeZone: world.group.timeZone });
  const token = new URLSearchParams(linkIn(mail, "/invitations/accept").split("?")[1]).get("token") ?? "";
  await tom.post("/invitations/accept", { token });
  return email;
}

/** Shows one comment and takes one signature out, once D1 has them; so that no list of the scene is empty. */
export async function decideOnSigners({ petitions }: Scene): Promise<void> {
  for (const { live } of Object.values(petitions)) {
    const comments = await (await live.rosa.get(`${live.overview}/comments`)).text();
    const id = /value="show:([0-9a-f-]{36})"/.exec(comments)?.[1] ?? "";
    await live.rosa.post(`${live.overview}/comments`, { state: "waiting", do: `show:${id}` });
    const signers = await (await live.rosa.get(`${live.overview}/signers?q=seun`)).text();
    const ids = /name="ids" value="([0-9a-f-]{36})"/.exec(signers)?.[1] ?? "";
    await live.rosa.post(`${live.overview}/removals`, { ids });
  }
}

const platform =
  (path: string | ((visit: Visit) => string)): ListedPage["open"] =>
  (visit) =>
    visit.page.goto(
      visit.scene.server.origin + inLanguage(visit, typeof path === "string" ? path : path(visit)),
    );

/** Somebody without an account, and an operator, chooses the language in the address. */
function inLanguage({ language }: Visit, path: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}lang=${language}`;
}

const petition =
  (state: keyof Petitions, below = ""): ListedPage["open"] =>
  ({ page, scene, language }) =>
    page.goto(scene.petitions[language][state].petitionUrl + below);

const inGroup = (path: string) => platform(({ scene }) => scene.group + path);
const inPetition = (path: string, state: keyof Petitions = "live") =>
  platform(({ scene, language }) => scene.petitions[language][state].overview + path);

/** Opens a page, sends its form and gives what came back after redirects. */
const sending =
  (open: ListedPage["open"], fill: (page: Page) => Promise<unknown> = async () => {}): ListedPage["open"] =>
  async (visit) => {
    const { page } = visit;
    await open(visit);
    await fill(page);
    const answered = page.waitForResponse(
      (response) =>
        response.request().isNavigationRequest() &&
        response.frame() === page.mainFrame() &&
        (response.status() < 300 || response.status() > 399),
    );
    const loaded = page.waitForEvent("load");
    await page.locator("main form .button-primary").first().click();
    await loaded;
    return answered;
  };

async function fillSignature(page: Page): Promise<void> {
  const { givenName, familyName } = world.supporters[0];
  await page.locator("#f-givenName").fill(givenName);
  await page.locator("#f-familyName").fill(familyName);
  await page.locator("#f-email").fill("every-page@supporters.example");
}

export const publicPages: ListedPage[] = (
  [
    {
      name: "the group",
      open: ({ page, scene, language }) =>
        page.goto(`http://${scene.petitions.en.live.host}/?lang=${language}`),
    },
    { name: "a petition", open: petition("live") },
    { name: "a petition's form, refused", status: 422, open: sending(petition("live")) },
    { name: "thanks", open: sending(petition("live"), fillSignature) },
    { name: "thanks without having signed", open: petition("live", "/thanks") },
    { name: "a closed petition", open: petition("closed") },
    { name: "a stopped petition", status: 410, open: petition("stopped") },
    { name: "the report form", open: petition("live", "/report") },
    { name: "the report form, refused", status: 422, open: sending(petition("live", "/report")) },
    { name: "nothing there", status: 404, isInGroupLanguage: true, open: petition("live", "-nowhere") },
    {
      name: "nobody's host",
      status: 404,
      open: ({ page, scene }) => page.goto(`http://${scene.server.groupHost("nobody-at-all")}/`),
    },
  ] satisfies Omit<ListedPage, "as" | "isPublic">[]
).map((page) => ({ ...page, as: "visitor", isPublic: true }));

export const doorPages: ListedPage[] = (
  [
    { name: "the front page", open: platform("/") },
    { name: "help for anybody", open: platform("/help") },
    { name: "sign in", open: platform("/sign-in") },
    { name: "sign in, refused", status: 422, open: sending(platform("/sign-in")) },
    {
      name: "check your mail",
      open: sending(platform("/sign-in"), (page) => page.locator("#f-email").fill(newcomer)),
    },
    {
      name: "the link from the mail",
      open: platform(({ scene }) => scene.signInLink.replace(/lang=\w+&/, "")),
    },
    { name: "a link that no longer works", status: 410, open: platform("/sign-in/confirm?token=spent") },
    { name: "an invitation", open: platform(({ scene }) => scene.invitationLink.replace(/lang=\w+&/, "")) },
    { name: "an invitation that is closed", status: 410, open: platform("/invitations/accept?token=gone") },
    { name: "no such page", status: 404, open: platform("/no-such-page") },
    { name: "the development mailbox", open: platform("/dev/mail") },
    { name: "a captured mail", open: platform(({ scene }) => scene.mail) },
  ] satisfies Omit<ListedPage, "as">[]
).map((page) => ({ ...page, as: "visitor" }));

export const organiserPages: ListedPage[] = (
  [
    { name: "home", open: inGroup("") },
    { name: "help", open: platform("/help") },
    { name: "the account", open: platform("/account") },
    { name: "a new group", open: platform("/groups/new") },
    { name: "a new group, refused", status: 422, open: sending(platform("/groups/new")) },
    { name: "the actions", open: inGroup("/actions") },
    { name: "closed actions", open: inGroup("/actions?status=closed") },
    { name: "a new petition", open: inGroup("/actions/new/petition") },
    { name: "a new petition, refused", status: 422, open: sending(inGroup("/actions/new/petition")) },
    { name: "the editor of a draft", open: platform(({ scene }) => `${scene.draft}/edit`) },
    { name: "the editor of a live petition", open: inPetition("/edit") },
    {
      name: "the editor, refused",
      status: 422,
      open: sending(inPetition("/edit"), (page) => page.locator("#f-title").fill("")),
    },
    {
      name: "what is missing before publishing",
      open: platform(({ scene }) => `${scene.draft}/publication`),
    },
    { name: "opening again", open: inPetition("/publication", "closed") },
    { name: "the overview of a draft", open: platform(({ scene }) => scene.draft) },
    { name: "the overview", open: inPetition("?done=published") },
    { name: "the overview of a closed petition", open: inPetition("?done=closed", "closed") },
    { name: "the overview of a stopped petition", open: inPetition("", "stopped") },
    { name: "the signers", open: inPetition("/signers") },
    { name: "signers by source", open: inPetition("/signers?source=flyer&done=removed&count=2&removal=1") },
    { name: "no signers found", open: inPetition("/signers?q=nobody") },
    { name: "nobody has signed", open: inPetition("/signers", "closed") },
    { name: "a removal before it is done", open: inPetition("/removals/new?source=flyer") },
    { name: "the removals", open: inPetition("/removals") },
    { name: "comments to read", open: inPetition("/comments") },
    { name: "comments shown", open: inPetition("/comments?state=shown") },
    { name: "no comments", open: inPetition("/comments?state=hidden") },
    { name: "the history of a petition", open: inPetition("/history") },
    { name: "the people", open: inGroup("/people") },
    { name: "nobody by that address", open: inGroup("/people?email=nobody@supporters.example") },
    { name: "the settings", open: inGroup("/settings") },
    {
      name: "the settings, refused",
      status: 422,
      open: sending(inGroup("/settings"), (page) => page.locator("#f-name").fill("")),
    },
    { name: "the members", open: inGroup("/settings/members") },
    {
      name: "the members, an invitation refused",
      status: 422,
      open: sending(inGroup("/settings/members"), (page) => page.locator("#f-addresses").fill("tom at home")),
    },
    { name: "the group's history", open: inGroup("/settings/history") },
  ] satisfies Omit<ListedPage, "as">[]
).map((page) => ({ ...page, as: "organiser" }));

export const operatorPages: ListedPage[] = (
  [
    { name: "operations", open: platform("/operations") },
    { name: "dead letters", open: platform("/operations/dead-letters") },
    { name: "reports", open: platform("/operations/reports") },
    { name: "settled reports", open: platform("/operations/reports?settled=yes") },
    { name: "groups", open: platform("/operations/groups") },
    { name: "no group found", open: platform("/operations/groups?q=nobody-at-all") },
    { name: "one group", open: platform(({ scene }) => scene.operationsGroup) },
    {
      name: "parked rows",
      open: platform(({ scene, language }) => {
        const id = scene.petitions[language].live.overview.split("/").at(-1);
        return `${scene.operationsGroup}/actions/${id}/parked`;
      }),
    },
  ] satisfies Omit<ListedPage, "as">[]
).map((page) => ({ ...page, as: "operator" }));
