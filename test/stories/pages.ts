import { TAG } from "./mailing.ts";
import { newcomer } from "./scene.ts";
import {
  aDelivery,
  aWebhook,
  call,
  emptyLetter,
  fillLine,
  fillResident,
  fillSignature,
  gathering,
  gift,
  inCall,
  inGathering,
  inGiving,
  inGroup,
  inLanguage,
  inLetter,
  inMailing,
  inMerge,
  inOperations,
  inPerson,
  inPetition,
  inSite,
  inSurvey,
  type ListedPage,
  letter,
  newKey,
  ofReader,
  pasted,
  petition,
  platform,
  receivedForm,
  sending,
  sendingBack,
  sendingTo,
  survey,
} from "./ways.ts";

/* Every page of the product and how to come to it. A new page is added here, and is then checked like the others. */

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
    { name: "a survey", open: survey() },
    { name: "a survey's first page, refused", status: 422, open: sending(survey()) },
    {
      name: "a survey's second page",
      open: sending(survey(), (page) => page.locator("#f-q_ride-2").check()),
    },
    { name: "the results of a survey", open: survey("/results") },
    { name: "a letter", open: letter() },
    { name: "a letter's first page, refused", status: 422, open: sending(letter()) },
    { name: "a letter's district", open: sending(letter("toCongress"), fillResident) },
    { name: "a letter's second page", open: sending(letter(), fillResident) },
    { name: "a letter, refused", status: 422, open: sending(sending(letter(), fillResident), emptyLetter) },
    { name: "a letter to Congress", open: sendingTo(2) },
    { name: "thanks with letters to copy", open: sendingTo(3) },
    { name: "a call", open: call },
    { name: "a call's second page", open: sending(call, fillResident) },
    { name: "a call's second page, refused", status: 422, open: sending(sending(call, fillResident)) },
    { name: "a petition in a frame", open: petition("live", "/embed") },
    { name: "a petition in a frame, whole", open: petition("live", "/embed?layout=full") },
    { name: "a petition in a frame, refused", status: 422, open: sending(petition("live", "/embed")) },
    { name: "thanks in a frame", open: sending(petition("live", "/embed"), fillSignature) },
    { name: "a closed petition in a frame", open: petition("closed", "/embed") },
    { name: "a fundraiser", open: gift("url") },
    { name: "a fundraiser, refused", status: 422, open: sending(gift("url")) },
    { name: "a regular gift", open: gift("manage") },
    {
      name: "a regular gift's new amount, refused",
      status: 422,
      open: sending(gift("manage"), (page) => page.locator("#f-amount").fill("0")),
    },
    { name: "an event", open: gathering("url") },
    { name: "an event's form, refused", status: 422, open: sending(gathering("url")) },
    { name: "an event with shifts", open: gathering("shifts") },
    { name: "an event that was called off", open: gathering("cancelled") },
    { name: "thanks for a place", open: gathering("thanks") },
    { name: "thanks for waiting", open: gathering("waiting") },
    { name: "a reply to an event", open: gathering("reply") },
    {
      name: "a reply's change, refused",
      status: 422,
      open: sending(gathering("reply"), (page) => page.locator("#f-guests").selectOption("3")),
    },
    { name: "who comes, for a host", open: gathering("host") },
    { name: "an event campaign", open: gathering("campaign") },
    {
      name: "an offer to host, refused",
      status: 422,
      open: async (visit) => {
        await gathering("campaign")(visit);
        const answered = visit.page.waitForResponse((response) => response.request().method() === "POST");
        await visit.page.locator("#sign form .button-primary").click();
        const response = await answered;
        await visit.page.waitForLoadState();
        return response;
      },
    },
    { name: "a search for events", open: gathering("near") },
    { name: "the report form", open: petition("live", "/report") },
    { name: "the report form, refused", status: 422, open: sending(petition("live", "/report")) },
    { name: "a way off the list", open: ofReader("unsubscribe") },
    { name: "mail preferences", open: ofReader("preferences") },
    { name: "mail preferences, saved", open: ofReader("preferences", "&done=saved") },
    { name: "a yes to mail, to be confirmed", open: ofReader("confirm") },
    { name: "a way back onto the list, too old", open: ofReader("again", "&word=old") },
    { name: "a link of a mail that is too old", status: 404, open: inSite("/m/x/unsubscribe") },
    { name: "past mailings", open: inSite("/mailings") },
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
    { name: "the test provider's page", open: platform(({ scene, language }) => scene.giving[language].pay) },
    { name: "the test bank", open: platform("/dev/payments") },
    { name: "a captured mail", open: platform(({ scene }) => scene.mail) },
  ] satisfies Omit<ListedPage, "as">[]
).map((page) => ({ ...page, as: "visitor" }));

export const organiserPages: ListedPage[] = (
  [
    { name: "home", open: inGroup("") },
    { name: "help", open: platform("/help") },
    { name: "the account", open: platform("/account") },
    { name: "an event's editor", open: inGathering("overview", "/edit") },
    { name: "the list at the door", open: inGathering("overview", "/attendance") },
    { name: "a code nobody knows", open: inGathering("overview", "/check-in?ticket=none") },
    { name: "an event's dates", open: inGathering("overview", "/plan") },
    { name: "an event campaign's editor", open: inGathering("campaignOverview", "/edit") },
    { name: "offers to host", open: inGathering("campaignOverview", "/hostings") },
    { name: "a new group", open: platform("/groups/new") },
    { name: "a new group, refused", status: 422, open: sending(platform("/groups/new")) },
    { name: "the actions", open: inGroup("/actions") },
    { name: "the search", open: inGroup("/search") },
    { name: "what a search finds", open: inGroup("/search?q=a") },
    { name: "what a search does not find", open: inGroup("/search?q=nothing+of+that+name") },
    { name: "closed actions", open: inGroup("/actions?status=closed") },
    { name: "a new petition", open: inGroup("/actions/new/petition") },
    { name: "a new petition, refused", status: 422, open: sending(inGroup("/actions/new/petition")) },
    { name: "the editor of a draft", open: platform(({ scene }) => `${scene.draft}/edit`) },
    { name: "the editor of a live petition", open: inPetition("/edit") },
    { name: "what came of it", open: inPetition("/updates") },
    { name: "signatures to hand over", open: inPetition("/delivery") },
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
    { name: "the editor of a fundraiser", open: inGiving("/edit") },
    { name: "the gifts", open: inGiving("/gifts") },
    { name: "one gift", open: inGiving(({ gift: path }) => path) },
    {
      name: "money to give back, refused",
      status: 422,
      open: sendingBack(inGiving(({ gift: path }) => path)),
    },
    { name: "taking money", open: inGroup("/payments") },
    { name: "the editor of a letter", open: inLetter("/edit") },
    { name: "the letters by recipient", open: inLetter("/letters") },
    { name: "who wrote letters", open: inLetter("/signers") },
    { name: "the editor of a call", open: inCall("/edit") },
    { name: "the calls by outcome", open: inCall("/calls") },
    { name: "the target lists", open: inGroup("/targets?set=us-house&postalCode=90210") },
    { name: "the target lists, refused", status: 422, open: sending(inGroup("/targets")) },
    {
      name: "a target list",
      open: platform(({ scene }) => `${scene.addressed.list}?postalCode=M4M+2T1&country=CA`),
    },
    { name: "a file of targets", open: platform(({ scene }) => scene.addressed.upload) },
    { name: "the editor of a survey", open: inSurvey("/edit") },
    { name: "the results for organisers", open: inSurvey("/results") },
    { name: "the questions and fields", open: inGroup("/questions") },
    { name: "the statistics", open: inPetition("/statistics?range=7") },
    { name: "the statistics of a draft", open: platform(({ scene }) => `${scene.draft}/statistics`) },
    { name: "the statistics of a survey, of all time", open: inSurvey("/statistics?range=all") },
    { name: "the embed page", open: inPetition("/embed") },
    { name: "sharing without variants", open: inPetition("/sharing", "closed") },
    { name: "variants against each other", open: inPetition("/sharing") },
    {
      name: "the editor's part about sharing, refused",
      status: 422,
      open: sending(inPetition("/edit"), (page) =>
        page.locator('[name="share.variants.0.label"]').evaluate((field) => field.setAttribute("value", "")),
      ),
    },
    { name: "what can be printed", open: inPetition("/print?code=library") },
    { name: "what can be printed of an event", open: inGathering("overview", "/print") },
    { name: "a code, refused", status: 422, open: inPetition("/print?code=%3Cb%3E") },
    { name: "a flyer", open: inPetition("/print/flyer?size=a4") },
    { name: "the flyer of an event", open: inGathering("overview", "/print/flyer?size=letter") },
    { name: "sheets to sign on", open: inPetition("/print/sheet?size=letter&pages=2") },
    { name: "typing in what was signed", open: inPetition("/paper?done=3&known=1") },
    { name: "typing in, refused", status: 422, open: sending(inPetition("/paper"), fillLine) },
    { name: "connections", open: inGroup("/integrations/connections") },
    {
      name: "connections, one without a name",
      status: 422,
      open: sending(inGroup("/integrations/connections")),
    },
    {
      name: "a connection just made",
      open: sending(inGroup("/integrations/connections"), (page) =>
        page.locator("#f-name").fill("Volunteers"),
      ),
    },
    { name: "a connection being mapped", open: receivedForm },
    { name: "setting up connections", open: inGroup("/integrations/connections/help") },
    {
      name: "a chat to add, refused",
      status: 422,
      open: sending(inGroup("/integrations/connections/chats/new")),
    },
    { name: "typing in at a closed petition", open: inPetition("/paper", "closed") },
    { name: "a file of lines before it is taken", open: pasted },
    { name: "the history of a petition", open: inPetition("/history") },
    { name: "the people", open: inGroup("/people") },
    { name: "nobody by that address", open: inGroup("/people?q=nobody@supporters.example") },
    { name: "a person", open: inPerson("") },
    {
      name: "a person, a note refused",
      status: 422,
      open: async (visit) => {
        await inPerson("")(visit);
        await visit.page.locator("#notes details summary").last().click();
        const answered = visit.page.waitForResponse((response) => response.request().method() === "POST");
        await visit.page.locator("#notes form .button-primary").last().click();
        const response = await answered;
        await visit.page.waitForLoadState();
        return response;
      },
    },
    { name: "a person's details", open: inPerson("/edit") },
    {
      name: "a person's details, refused",
      status: 422,
      open: sending(inPerson("/edit"), (page) => page.locator("#f-postalCode").fill("<>")),
    },
    { name: "somebody to add", open: inGroup("/people/new") },
    { name: "somebody to add, refused", status: 422, open: sending(inGroup("/people/new")) },
    { name: "whom to merge somebody with", open: inMerge("") },
    { name: "two people compared", open: inMerge("other") },
    { name: "possible duplicates", open: inGroup("/people/duplicates") },
    { name: "the merges", open: inGroup("/people/merges") },
    { name: "the imports", open: inGroup("/imports?done=discarded") },
    { name: "a file that is no file, refused", status: 422, open: sending(inGroup("/imports")) },
    { name: "a file before it is brought in", open: platform(({ scene }) => scene.importing.waiting) },
    {
      name: "a file before it is brought in, refused",
      status: 422,
      open: sending(
        platform(({ scene }) => scene.importing.waiting),
        (page) => page.locator('[name="column.2"]').selectOption(""),
      ),
    },
    { name: "an import", open: platform(({ scene }) => scene.importing.done) },
    { name: "the exports", open: inGroup("/exports") },
    { name: "an export of people", open: inGroup("/exports/people") },
    {
      name: "an export of people, refused",
      status: 422,
      open: sending(inGroup("/exports/people"), async (page) => {
        const ticked = page.locator("[name=columns]:checked");
        while ((await ticked.count()) > 0) await ticked.first().uncheck();
      }),
    },
    { name: "an export of an action", open: inGroup("/exports/action") },
    { name: "an export of gifts", open: inGroup("/exports/gifts") },
    { name: "an export of everything", open: inGroup("/exports/group") },
    { name: "the reports", open: inGroup("/reports?range=30") },
    { name: "the tags", open: inGroup("/tags") },
    { name: "a tag nobody can be given, refused", status: 422, open: sending(inGroup("/tags")) },
    { name: "the fields", open: inGroup("/fields") },
    { name: "a field, refused", status: 422, open: sending(inGroup("/fields")) },
    { name: "the sources", open: inGroup("/sources") },
    { name: "where people without a code came to", open: inGroup("/sources/code?code=") },
    { name: "a question of the library", open: inGroup("/questions/new") },
    { name: "the mailings", open: inGroup("/mailings") },
    { name: "no mailing found", open: inGroup("/mailings?q=nothing-of-the-kind") },
    { name: "a new mailing", open: inGroup("/mailings/new") },
    { name: "a mailing being written", open: inMailing("draft", "?variant=2&language=fr") },
    { name: "the alternates of a mailing", open: inMailing("combined", "/alternates") },
    {
      name: "the alternates of a mailing, refused",
      status: 422,
      open: async (visit) => {
        const { page } = visit;
        await inMailing("combined", "/alternates")(visit);
        const answered = page.waitForResponse((response) => response.request().method() === "POST");
        await page.locator("#subject form.form .button").click();
        const response = await answered;
        await page.waitForLoadState();
        return response;
      },
    },
    {
      name: "the colours of a mailing, refused",
      status: 422,
      open: async (visit) => {
        const { page } = visit;
        await inMailing("draft")(visit);
        await page
          .locator("#f-buttonColour")
          .evaluate((field) => field.closest("details")?.setAttribute("open", ""));
        await page.locator("#f-buttonColour").fill("#ffe08a");
        await page.locator("#f-buttonWordsColour").fill("#ffffff");
        await page.locator("#f-wordsColour").fill("#1d3a8f");
        const answered = page.waitForResponse((response) => response.request().method() === "POST");
        await page.locator('form[action*="/colours?"] .button').click();
        const response = await answered;
        await page.waitForLoadState();
        return response;
      },
    },
    { name: "an alternate being written", open: inMailing("combined", "?alternate=2&language=fr") },
    { name: "a mailing with alternates before it is sent", open: inMailing("combined", "/review?variant=8") },
    { name: "whom a mailing is for", open: inMailing("draft", "/target") },
    { name: "a mailing before it is sent", open: inMailing("draft", "/review") },
    {
      name: "a mailing before it is sent, refused",
      status: 422,
      open: async (visit) => {
        const { page } = visit;
        await inMailing("draft", "/review")(visit);
        const answered = page.waitForResponse((response) => response.request().method() === "POST");
        await page.locator("#f-to").fill("nobody");
        await page.locator("#test .button").first().click();
        const response = await answered;
        await page.waitForLoadState();
        return response;
      },
    },
    { name: "how a mailing is repeated", open: inMailing("draft", "/repeat") },
    {
      name: "how a mailing is repeated, refused",
      status: 422,
      open: sending(inMailing("draft", "/repeat"), (page) => page.locator("#f-runsMax").fill("0")),
    },
    { name: "the series of mailings", open: inGroup("/mailings/series") },
    { name: "a series of mailings", open: inMailing("series") },
    { name: "a mailing that waits for approval", open: inMailing("waiting", "/progress") },
    { name: "a mailing that was sent", open: inMailing("sent", "/progress") },
    { name: "what became of a mailing", open: inMailing("sent", "/results") },
    { name: "what became of a draft", open: inMailing("draft", "/results") },
    { name: "who did not open a mailing", open: inMailing("sent", "/results/people/not_opened") },
    { name: "the numbers of mailings", open: inGroup("/mailings/numbers?days=all") },
    { name: "the tags of mailings", open: inGroup("/mailings/tags?hidden=yes") },
    { name: "a tag of mailings", open: inGroup(`/mailings/tags?tag=${TAG}`) },
    {
      name: "a tag of mailings, a name refused",
      status: 422,
      open: async (visit) => {
        const { page } = visit;
        await inGroup(`/mailings/tags?tag=${TAG}`)(visit);
        await page.locator(".disclosure summary").last().click();
        await page.locator("#f-name").fill("one, two");
        const answered = page.waitForResponse((response) => response.request().method() === "POST");
        await page.locator("form.measure .button").first().click();
        const response = await answered;
        await page.waitForLoadState();
        return response;
      },
    },
    { name: "the breakdowns of mailings", open: inGroup("/mailings/breakdowns") },
    { name: "a breakdown of mailings", open: inMailing("breakdown") },
    {
      name: "a new breakdown of mailings, refused",
      status: 422,
      open: sending(inGroup("/mailings/breakdowns/new")),
    },
    { name: "the days of mailings", open: inGroup("/mailings/days") },
    { name: "a ranked day", open: inMailing("day") },
    { name: "the templates of mailings", open: inGroup("/mailings/templates") },
    { name: "a new template of mailings", open: inGroup("/mailings/templates/new") },
    { name: "the wrappers", open: inGroup("/mailings/wrappers") },
    { name: "a wrapper", open: inMailing("wrapper") },
    {
      name: "a wrapper, refused",
      status: 422,
      open: sending(inMailing("wrapper"), (page) => page.locator("#f-html").fill("")),
    },
    { name: "the snippets", open: inGroup("/mailings/snippets") },
    { name: "the merge files", open: inGroup("/mailings/merge-files") },
    { name: "a new merge file", open: inGroup("/mailings/merge-files/new") },
    { name: "a merge file", open: inMailing("mergeFile") },
    { name: "which person gets which row", open: inMailing("mergeUpload") },
    { name: "the pictures of mailings", open: inGroup("/mailings/pictures") },
    { name: "a snippet", open: inMailing("snippet") },
    { name: "the senders", open: inGroup("/mailings/senders") },
    {
      name: "the senders, an address refused",
      status: 422,
      open: sending(inGroup("/mailings/senders"), (page) =>
        page.locator("#f-address").fill("hello@gmail.com"),
      ),
    },
    {
      name: "a sending domain and its records",
      open: sending(inGroup("/mailings/senders"), (page) =>
        page.locator("#f-address").fill(`hello@d${crypto.randomUUID().slice(0, 8)}.example`),
      ),
    },
    { name: "the settings of mailings", open: inGroup("/mailings/settings") },
    {
      name: "the settings of mailings, refused",
      status: 422,
      open: sending(inGroup("/mailings/settings"), (page) => page.locator("#f-undoMinutes").fill("90")),
    },
    { name: "the topics", open: inGroup("/mailings/topics") },
    { name: "a topic without a name, refused", status: 422, open: sending(inGroup("/mailings/topics")) },
    { name: "the inbox of answers", open: inGroup("/mailings/replies") },
    { name: "what came back", open: inGroup("/mailings/returns") },
    { name: "those who no longer read", open: inGroup("/mailings/silence") },
    {
      name: "those who no longer read, refused",
      status: 422,
      open: sending(inGroup("/mailings/silence"), (page) => page.locator("#f-months").fill("1")),
    },
    { name: "what is forgotten by itself", open: inGroup("/settings/privacy") },
    { name: "keys of the API", open: inGroup("/integrations/keys") },
    { name: "keys of the API, refused", status: 422, open: sending(inGroup("/integrations/keys")) },
    { name: "a new key of the API", open: newKey },
    {
      name: "a key of the API",
      open: async (visit) => {
        await newKey(visit);
        const href = await visit.page
          .locator('.table a[href*="/integrations/keys/"]')
          .first()
          .getAttribute("href");
        return visit.page.goto(inLanguage(visit, new URL(href ?? "", visit.page.url()).href));
      },
    },
    { name: "webhooks", open: inGroup("/integrations/webhooks") },
    { name: "webhooks, refused", status: 422, open: sending(inGroup("/integrations/webhooks")) },
    { name: "a webhook", open: aWebhook },
    { name: "what a webhook sent", open: aDelivery },
    { name: "the settings", open: inGroup("/settings") },
    {
      name: "the settings, refused",
      status: 422,
      open: sending(inGroup("/settings"), (page) => page.locator("#f-name").fill("")),
    },
    {
      name: "the looks",
      open: inGroup("/settings/looks?done=picture&picture=01890a5d-ac96-774b-bcce-b302099a8057.webp/640x320"),
    },
    {
      name: "the looks, refused",
      status: 422,
      open: sending(inGroup("/settings/looks"), (page) => page.locator("#f-accent").fill("red")),
    },
    { name: "the translations", open: inPetition("/translations") },
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
    { name: "incoming mail", open: platform("/operations/inbound") },
    { name: "mailings of all groups", open: platform("/operations/mailings") },
    { name: "mailings of one group", open: inOperations("/mailings") },
    { name: "a mailing as operators see it", open: inOperations("/mailings/2") },
    { name: "parked readings of a mailing", open: inOperations("/mailings/2/parked") },
    { name: "suppressed addresses", open: platform("/operations/suppressions") },
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
