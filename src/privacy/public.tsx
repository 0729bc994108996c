import { Hono } from "hono";
import { actionByNo } from "../actions/action";
import {
  notice,
  type PublicContext,
  type PublicEnv,
  type PublicPagesDeps,
  privatePage,
  refuse,
  refuseForeignOrigin,
} from "../actions/public-web";
import { refreshPage } from "../actions/publication";
import { dbFor } from "../groups/shard";
import { takeOutOwn } from "../intake/erasure";
import { changesOf, editPerson, type PersonRow } from "../people/edit";
import { changeSubscription } from "../people/person";
import { subscriptionStatus } from "../people/types";
import { normaliseEmail } from "../platform/email-address";
import { type FormValues, readForm, single } from "../platform/forms";
import { networkOf } from "../platform/http";
import { idToHex, type ParticipationId, parseId } from "../platform/ids";
import { askForAddressChange } from "../profiles/address-change";
import { detailsOf, readDetails } from "../profiles/details";
import { preferencesHref } from "../tracking/copy";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import { archiveOf } from "./archive";
import { askForLink, personOfKey } from "./asking";
import { correctionPages } from "./correction";
import { eraseAsAsked } from "./erasure";
import { everythingOf } from "./everything";
import { ASK_PATH, OWN_LINK_HOURS, OWN_PATH, readOwnKey } from "./own-link";
import { AskPage, ConfirmPage, hrefOf, type OwnFrame, OwnPage } from "./own-views";
import { selectOwnParticipation } from "./store-everything";
import { privacyStyle } from "./style";

const BYTES_MAX = 20_000;

/** What supporters find of themselves on their group's host, by a link that was mailed to them. */
export function privacyPages(deps: PublicPagesDeps): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .route("/", correctionPages(deps))
    .get(ASK_PATH, (c) => askPage(c, "", {}))
    .post(ASK_PATH, ask)
    .get(OWN_PATH, (c) => withPerson(c, (mine) => ownPage(c, mine)))
    .post(OWN_PATH, (c) => withPerson(c, (mine) => change(c, mine)))
    .get(`${OWN_PATH}/archive`, (c) => withPerson(c, (mine) => archive(c, mine)))
    .get(`${OWN_PATH}/removal`, (c) => withPerson(c, (mine) => confirmRemoval(c, mine)))
    .post(`${OWN_PATH}/removal`, (c) => withPerson(c, (mine) => removeOne(c, mine)))
    .get(`${OWN_PATH}/erasure`, (c) => withPerson(c, (mine) => confirmErasure(c, mine)))
    .post(`${OWN_PATH}/erasure`, (c) => withPerson(c, (mine) => erase(c, mine)));
}

function frame(c: PublicContext): OwnFrame {
  const { ctx, t, locale, group } = c.var;
  return { t, locale, group, platformOrigin: ctx.config.PLATFORM_ORIGIN };
}

/** Whoever follows a link on these pages takes their key along to nobody. */
const PRIVATE = { "Referrer-Policy": "no-referrer" };

function askPage(c: PublicContext, email: string, errors: FieldErrors, status = 200): Promise<Response> {
  return privatePage(c.var.group, <AskPage {...frame(c)} {...{ email, errors }} />, {
    status,
    style: privacyStyle,
  });
}

async function ask(c: PublicContext): Promise<Response> {
  refuseForeignOrigin(c.req.raw);
  const { ctx, t, group, origin, locale } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const typed = single(values, "email");
  const email = normaliseEmail(typed);
  if (email === null) return askPage(c, typed, { email: t("privacy.own.ask.wrong") }, 422);
  const isMachine = single(values, "website") !== "";
  const asked = { email, origin, locale, network: networkOf(c.req.raw) };
  if (!isMachine && !(await askForLink(ctx, group, asked)))
    return askPage(c, typed, { email: t("privacy.own.ask.tooMany") }, 429);
  return notice(c, {
    title: t("privacy.own.ask.sentTitle"),
    text: t("privacy.own.ask.sentText", { group: group.name, hours: OWN_LINK_HOURS }),
  });
}

type Mine = { person: PersonRow; key: string };

/** Lets whoever has a key to somebody in; everybody else is told where to ask for one. */
async function withPerson(c: PublicContext, answer: (mine: Mine) => Promise<Response>): Promise<Response> {
  if (c.req.method === "POST") refuseForeignOrigin(c.req.raw);
  const { ctx, t, group } = c.var;
  const key = c.req.query("key") ?? "";
  const person = await personOfKey(ctx, group, await readOwnKey(ctx, group, key));
  if (person) return answer({ person, key });
  return refuse(c, "not_found", {
    title: t("privacy.own.ask.staleTitle"),
    text: t("privacy.own.ask.staleText"),
    next: { href: ASK_PATH, words: t("privacy.own.ask.again") },
  });
}

const dones = ["saved", "newer", "takeOutDone", "addressAsked"] as const;

async function ownPage(
  c: PublicContext,
  { person, key }: Mine,
  refused?: { values?: ReturnType<typeof detailsOf>; newEmail?: string; errors: FieldErrors },
): Promise<Response> {
  const { ctx, t, group } = c.var;
  const held = await everythingOf(ctx, group, person.no, "person");
  const done = dones.find((name) => name === c.req.query("done"));
  const flash: FlashMessage | undefined = done && { kind: "good", text: t(`privacy.own.page.${done}`) };
  const whose = { groupNo: group.no, personNo: person.no, locale: c.var.locale };
  const page = (
    <OwnPage
      {...frame(c)}
      {...{ person, key, held, flash }}
      preferences={await preferencesHref(ctx, whose)}
      values={refused?.values ?? detailsOf(person)}
      newEmail={refused?.newEmail ?? ""}
      errors={refused?.errors ?? {}}
    />
  );
  return privatePage(group, page, { status: refused ? 422 : 200, headers: PRIVATE, style: privacyStyle });
}

async function change(c: PublicContext, mine: Mine): Promise<Response> {
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  switch (single(values, "do")) {
    case "details":
      return changeDetails(c, mine, values);
    case "address":
      return changeAddress(c, mine, single(values, "newEmail"));
    default:
      return changeSubscriptions(c, mine, values);
  }
}

const backTo = (c: PublicContext, { key }: Mine, done: (typeof dones)[number]) =>
  c.redirect(hrefOf({ key, locale: c.var.locale }, "", `&done=${done}`), 303);

async function changeDetails(c: PublicContext, mine: Mine, values: FormValues): Promise<Response> {
  const { ctx, t, group } = c.var;
  const { details, problems } = readDetails(t, values);
  if (Object.keys(problems).length > 0) return ownPage(c, mine, { values: details, errors: problems });
  await editPerson(
    ctx,
    dbFor(ctx.env, group),
    mine.person.no,
    changesOf(detailsOf(mine.person), { ...details, timeZone: mine.person.timeZone ?? "" }),
    null,
  );
  return backTo(c, mine, "saved");
}

/** The link alone changes no address: whoever reads the old one and whoever reads the new one both have to say so. */
async function changeAddress(c: PublicContext, mine: Mine, typed: string): Promise<Response> {
  const { ctx, t, group, origin, locale } = c.var;
  const again = (error: string) => ownPage(c, mine, { newEmail: typed, errors: { newEmail: error } });
  const email = normaliseEmail(typed);
  if (email === null) return again(t("privacy.own.ask.wrong"));
  const outcome = await askForAddressChange(ctx, group, mine.person, { email, origin, locale });
  switch (outcome) {
    case "asked":
      return backTo(c, mine, "addressAsked");
    case "same":
      return again(t("privacy.own.page.addressSame"));
    case "tooMany":
      return again(t("privacy.own.page.addressTooMany"));
    case "none":
      return ownPage(c, mine);
  }
}

async function changeSubscriptions(c: PublicContext, mine: Mine, values: FormValues): Promise<Response> {
  const { ctx, group } = c.var;
  const db = dbFor(ctx.env, group);
  const wanted = { email: single(values, "email") === "yes", mobile: single(values, "mobile") === "yes" };
  const { person } = mine;
  const isKept: boolean[] = [];
  for (const channel of ["email", "mobile"] as const) {
    const address = channel === "email" ? person.email : person.phone;
    const status = channel === "email" ? person.emailStatus : person.mobileStatus;
    const isOn = status === subscriptionStatus.subscribed;
    // What came back is not for them to switch on: the box is not offered, and so it is not sent.
    if (address === null || isOn === wanted[channel] || status >= subscriptionStatus.bounced) continue;
    const to = wanted[channel] ? ("subscribed" as const) : ("unsubscribed" as const);
    const said = { channel, status: to, cause: "page" as const, reason: "", by: null, at: ctx.now };
    isKept.push(await changeSubscription(db, person.no, said));
  }
  return backTo(c, mine, isKept.includes(false) ? "newer" : "saved");
}

async function archive(c: PublicContext, { person }: Mine): Promise<Response> {
  const { ctx, t, group, locale } = c.var;
  const held = await everythingOf(ctx, group, person.no, "person");
  return archiveOf(t, locale, { group, held, at: ctx.now, filename: `${group.slug}-my-data.zip` });
}

async function confirmRemoval(c: PublicContext, mine: Mine): Promise<Response> {
  const { t, group } = c.var;
  const found = await ownParticipation(c, mine);
  if (!found) return gone(c, mine);
  const title = t("privacy.own.page.takeOutTitle", { title: found.action.title });
  const page = (
    <ConfirmPage
      {...frame(c)}
      {...{ title, key: mine.key, below: "/removal", more: `&id=${found.id}` }}
      texts={[t("privacy.own.page.takeOutText")]}
      button={t("privacy.own.page.takeOutButton")}
    />
  );
  return privatePage(group, page, { headers: PRIVATE, style: privacyStyle });
}

async function removeOne(c: PublicContext, mine: Mine): Promise<Response> {
  const { ctx, group, locale } = c.var;
  const found = await ownParticipation(c, mine);
  if (!found) return gone(c, mine);
  await takeOutOwn(ctx, group, found.action, { personNo: mine.person.no, id: found.id });
  await refreshPage(ctx, group, found.action);
  return c.redirect(hrefOf({ key: mine.key, locale }, "", "&done=takeOutDone"), 303);
}

/** What the address names of what this person did; null for what is another's, or out already. */
async function ownParticipation(c: PublicContext, { person }: Mine) {
  const { ctx, group } = c.var;
  const db = dbFor(ctx.env, group);
  const id = parseId<ParticipationId>(c.req.query("id") ?? "");
  const own = id && (await selectOwnParticipation(db, person.no, idToHex(id)));
  const action = own && own.removalNo === 0 ? await actionByNo(db, own.actionNo) : null;
  return id && action ? { id, action } : null;
}

function gone(c: PublicContext, { key }: Mine): Promise<Response> {
  const { t, locale } = c.var;
  return refuse(c, "not_found", {
    title: t("public.notFound.title"),
    text: t("public.notFound.text"),
    next: { href: hrefOf({ key, locale }), words: t("privacy.own.page.back") },
  });
}

function confirmErasure(c: PublicContext, { key }: Mine): Promise<Response> {
  const { t, group } = c.var;
  const about = { group: group.name };
  const page = (
    <ConfirmPage
      {...frame(c)}
      {...{ key, below: "/erasure" }}
      title={t("privacy.own.page.eraseTitle", about)}
      texts={[
        t("privacy.own.page.eraseText", about),
        t("privacy.own.page.eraseGifts"),
        t("privacy.own.page.eraseFinal"),
      ]}
      button={t("privacy.own.page.eraseButton")}
    />
  );
  return privatePage(group, page, { headers: PRIVATE, style: privacyStyle });
}

async function erase(c: PublicContext, { person }: Mine): Promise<Response> {
  const { ctx, t, group } = c.var;
  await eraseAsAsked(ctx, group, person.no, null);
  return notice(c, {
    title: t("privacy.own.page.erasedTitle"),
    text: t("privacy.own.page.erasedText", { group: group.name }),
  });
}
