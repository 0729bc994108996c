import { Hono } from "hono";
import { recordAct } from "../groups/audit";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import type { PersonRow } from "../people/edit";
import { readForm, single } from "../platform/forms";
import { type C, nameOf, PERSON_PATH, peopleFrame, personHref, personIn } from "../profiles/web";
import type { FlashMessage } from "../ui/flash";
import { archiveOf } from "./archive";
import { sendLinkTo } from "./asking";
import { eraseAsAsked } from "./erasure";
import { everythingOf } from "./everything";
import { type ConsentShown, PersonErasurePage, PersonPrivacyPage } from "./person-views";
import { selectActionsTaken } from "./store-erasure";
import { selectConsentsOf } from "./store-everything";

const BYTES_MAX = 5_000;

/** Requests about one person's data: what they agreed to, everything held of them, their own link, and being forgotten. */
export const personPrivacyRoutes = new Hono<MemberEnv>();

personPrivacyRoutes.get(`${PERSON_PATH}/privacy`, memberCan("people.view"), async (c) => {
  const person = await personIn(c);
  const isSent = c.req.query("done") === "sent";
  const flash: FlashMessage | undefined = isSent
    ? { kind: "good", text: c.var.t("privacy.person.linkSent") }
    : undefined;
  const page = await propsOf(c, person, flash);
  return c.html(<PersonPrivacyPage {...page} consents={await consentsOf(c, person)} />);
});

personPrivacyRoutes.get(`${PERSON_PATH}/privacy/archive`, memberCan("people.export"), async (c) => {
  const { ctx, t, locale, group, account } = c.var;
  const person = await personIn(c);
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: account.no, act: "person.exported", subject: person.id },
  });
  const held = await everythingOf(ctx, group, person.no, "group");
  return archiveOf(t, locale, { group, held, at: ctx.now, filename: `${group.slug}-${person.id}.zip` });
});

personPrivacyRoutes.post(`${PERSON_PATH}/privacy/link`, memberCan("people.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const person = await personIn(c);
  if (await sendLinkTo(ctx, group, person))
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: account.no, act: "person.link_sent", subject: person.id },
    });
  return c.redirect(`${personHref(group, person)}/privacy?done=sent`, 303);
});

personPrivacyRoutes.get(`${PERSON_PATH}/erasure`, memberCan("people.edit"), async (c) =>
  erasurePage(c, await personIn(c)),
);

personPrivacyRoutes.post(`${PERSON_PATH}/erasure`, memberCan("people.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const person = await personIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const word = t("privacy.person.word");
  if (single(values, "word").trim().toLowerCase() !== word)
    return erasurePage(c, person, t("privacy.person.eraseWrong", { word }));
  await eraseAsAsked(ctx, group, person.no, account.no);
  return c.redirect(`/groups/${group.slug}/people?done=erased`, 303);
});

async function propsOf(c: C, person: PersonRow, flash?: FlashMessage) {
  const name = nameOf(person) || person.email || person.phone || "–";
  const href = personHref(c.var.group, person);
  const mayExport = can(c.var.role, "people.export");
  return { ...(await peopleFrame(c, flash)), person, name, href, mayExport };
}

async function erasurePage(c: C, person: PersonRow, error?: string): Promise<Response> {
  const taken = await selectActionsTaken(dbFor(c.var.ctx.env, c.var.group), person.no);
  const props = await propsOf(c, person);
  return c.html(<PersonErasurePage {...{ ...props, count: taken.length, error }} />, error ? 422 : 200);
}

async function consentsOf(c: C, person: PersonRow): Promise<ConsentShown[]> {
  const { ctx, group } = c.var;
  const rows = await selectConsentsOf(dbFor(ctx.env, group), person.no);
  return rows.map(({ at, answer, wording, title, actionId }) => ({
    ...{ at, isYes: answer === 1, wording: wording ?? "–", where: title ?? "–" },
    href: actionId ? `/groups/${group.slug}/actions/${actionId}` : null,
  }));
}
