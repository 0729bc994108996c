import { Hono, type Context as HonoContext } from "hono";
import { frameOf } from "../accounts/web";
import { recordAct } from "../groups/audit";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { listTags } from "../people/tag";
import { normaliseEmail } from "../platform/email-address";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { newId, parseId } from "../platform/ids";
import type { FlashMessage } from "../ui/flash";
import { fixAudience, listAudiences, namesOf, peopleOf, savedAudience, sentence } from "./audience";
import { namedIn } from "./builder";
import { CountPanel } from "./count-views";
import { editorRoutes } from "./editor-routes";
import { insertAudience, selectWholes, updateRemoved } from "./store";
import { selectPersonNos, selectShown } from "./store-people";
import { highestPerson } from "./store-questions";
import { startTagging, taggingActs, taggingsOf } from "./tagging";
import { type Audience, type AudienceId, NAME_MAX, type SavedAudience } from "./types";
import { AudienceListPage, AudiencePage } from "./views";
import { AUDIENCES_PATH, audienceIn, countOf } from "./web";
import { reasonsFor } from "./why";

const TAGGING_BYTES_MAX = 4_096;
const TAG_TEXT_MAX = 200;
const SAMPLE_SIZE = 10;
/** About so many of an audience are in the share the sample is taken from, wherever it begins. */
const SAMPLED = 200;
const SHARES = 10_000;

/** The saved audiences of a group. */
export const audienceRoutes = new Hono<MemberEnv>();

audienceRoutes.get(AUDIENCES_PATH, memberCan("people.view"), async (c) => {
  const { ctx, t, locale, group, role, account } = c.var;
  const db = dbFor(ctx.env, group);
  const saved = await listAudiences(db, account.no);
  const names = await namesOf(
    db,
    saved.map(({ audience }) => audience),
  );
  const telling = { t, locale, timeZone: group.timeZone, names };
  return c.html(
    <AudienceListPage
      {...{ t, locale, group }}
      frame={{ ...(await frameOf(c)), ...(await flashOf(c)) }}
      now={ctx.now}
      timeZone={account.timeZone}
      mayEdit={can(role, "people.edit")}
      audiences={saved.map((each) => ({ saved: each, words: sentence(each.audience, telling) }))}
    />,
  );
});

audienceRoutes.route("/", editorRoutes());

audienceRoutes.get(`${AUDIENCES_PATH}/:audience`, memberCan("people.view"), async (c) =>
  audiencePage(c, await audienceIn(c)),
);

async function audiencePage(
  c: HonoContext<MemberEnv>,
  saved: SavedAudience,
  refused: { tag: string; problem: "one" | "unknown" | "full" } | null = null,
): Promise<Response> {
  const { ctx, t, locale, group, role, account } = c.var;
  const db = dbFor(ctx.env, group);
  const isAgain = c.req.query("again") === "yes";
  const count = await countOf(c, saved.audience, isAgain ? { maxAgeMs: 0 } : {});
  const [sample, usedIn, taggings, tags] = await Promise.all([
    sampleOf(c, saved.audience, count.counted?.count ?? 0),
    selectWholes(db, saved.no),
    taggingsOf(db, saved),
    listTags(db),
  ]);
  return c.html(
    <AudiencePage
      {...{ t, locale, group, saved, count, sample, usedIn, taggings }}
      tagNames={tags.filter(({ isHidden }) => !isHidden).map(({ name }) => name)}
      tagging={{
        tag: refused?.tag ?? "",
        error: refused ? t(`audiences.tagging.problem.${refused.problem}`) : undefined,
      }}
      frame={{ ...(await frameOf(c)), ...(await flashOf(c)) }}
      now={ctx.now}
      timeZone={account.timeZone}
      mayEdit={can(role, "people.edit")}
      why={await whyIn(c, saved.audience)}
    />,
    refused ? 422 : 200,
  );
}

/** The panel of a saved audience alone, for a page that shows a count under way. */
audienceRoutes.get(`${AUDIENCES_PATH}/:audience/count`, memberCan("people.view"), async (c) => {
  const saved = await audienceIn(c);
  return c.html(<CountPanel {...(await countOf(c, saved.audience))} />);
});

/** Gives everybody who is in it a tag, or takes it from them. */
audienceRoutes.post(`${AUDIENCES_PATH}/:audience/tagging`, memberCan("people.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const saved = await audienceIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: TAGGING_BYTES_MAX });
  const act = taggingActs.find((each) => each === single(values, "do"));
  if (!act) throw new AppError("bad_request", "do");
  const text = single(values, "tag");
  const is = await startTagging(ctx, group, saved, { text, act, by: account.no });
  if (is !== "started") return audiencePage(c, saved, { tag: text.slice(0, TAG_TEXT_MAX), problem: is });
  return c.redirect(`/groups/${group.slug}/audiences/${saved.id}?done=tagging#tagging`, 303);
});

audienceRoutes.post(`${AUDIENCES_PATH}/:audience/copies`, memberCan("people.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const { name, description, audience } = await audienceIn(c);
  const id = newId<AudienceId>();
  const made = await insertAudience(dbFor(ctx.env, group), id, {
    ...{ description, audience, parts: namedIn(audience), isShared: false, by: account.no, now: ctx.now },
    name: t("audiences.copyOf", { name }).slice(0, NAME_MAX),
  });
  if (made === null) throw new AppError("conflict");
  return c.redirect(`/groups/${group.slug}/audiences/${id}/edit`, 303);
});

audienceRoutes.post(`${AUDIENCES_PATH}/:audience/removal`, memberCan("people.edit"), async (c) => {
  return c.redirect(await turn(c, "removed"), 303);
});

audienceRoutes.post(`${AUDIENCES_PATH}/:audience/return`, memberCan("people.edit"), async (c) => {
  return c.redirect(await turn(c, "returned"), 303);
});

/** Deletes or brings back; gives where to go on. */
async function turn(c: HonoContext<MemberEnv>, to: "removed" | "returned"): Promise<string> {
  const { ctx, group, account } = c.var;
  const saved = await audienceIn(c, { isRemovedToo: true });
  const isDone = await updateRemoved(dbFor(ctx.env, group), saved.no, to === "removed" ? ctx.now : null);
  if (isDone)
    await recordAct(ctx, {
      groupNo: group.no,
      accountNo: account.no,
      act: `audience.${to}`,
      subject: saved.id,
      detail: { name: saved.name },
    });
  const base = `/groups/${group.slug}/audiences`;
  if (!isDone && to === "removed" && saved.removedAt === null) return `${base}/${saved.id}?done=inUse`;
  return `${base}?done=${to}&audience=${saved.id}`;
}

/** Some people of an audience: of a random share of it, from a random place on. */
async function sampleOf(c: HonoContext<MemberEnv>, audience: Audience, count: number) {
  const { ctx, group } = c.var;
  const db = dbFor(ctx.env, group);
  const chance = crypto.getRandomValues(new Uint32Array(2));
  const share = Math.min(SHARES, Math.ceil((SHARES * SAMPLED) / Math.max(count, 1)));
  const fixed = await fixAudience(ctx, db, audience);
  const sampled: Audience = {
    ...fixed,
    include: { all: [{ is: "sample", share, seed: chance[0] ? chance[0] % 1_000_000 : 0 }, fixed.include] },
  };
  const start = Math.floor(((chance[1] ?? 0) / 2 ** 32) * (await highestPerson(db)));
  const found = await peopleOf(ctx, db, sampled, { after: start, limit: SAMPLE_SIZE });
  const missing = SAMPLE_SIZE - found.length;
  const before = missing > 0 ? await peopleOf(ctx, db, sampled, { limit: missing }) : [];
  return selectShown(db, [...new Set([...found, ...before])]);
}

async function whyIn(c: HonoContext<MemberEnv>, audience: Audience) {
  const { ctx, t, locale, group } = c.var;
  const typed = (c.req.query("person") ?? "").trim().slice(0, 254);
  if (typed === "") return null;
  const db = dbFor(ctx.env, group);
  const email = normaliseEmail(typed) ?? typed;
  const personNo = (await selectPersonNos(db, [email])).get(email);
  if (personNo === undefined) return { email: typed, reasons: null, isIn: false };
  const names = await namesOf(db, [audience]);
  const telling = { t, locale, timeZone: group.timeZone, names };
  return { email: typed, ...(await reasonsFor(ctx, db, audience, { personNo, telling })) };
}

async function flashOf(c: HonoContext<MemberEnv>): Promise<{ flash?: FlashMessage }> {
  const { ctx, t, group, account } = c.var;
  const done = c.req.query("done");
  if (done === "tagging") return { flash: { kind: "good", text: t("audiences.tagging.started") } };
  if (done === "saved") return { flash: { kind: "good", text: t("audiences.done.saved") } };
  const id = parseId<AudienceId>(c.req.query("audience") ?? c.req.param("audience") ?? "");
  const saved = id ? await savedAudience(dbFor(ctx.env, group), id) : null;
  if (!saved || (!saved.isShared && saved.createdBy !== account.no)) return {};
  const { name } = saved;
  const undo = {
    action: `/groups/${group.slug}/audiences/${saved.id}/return`,
    label: t("audiences.button.undo"),
  };
  if (done === "removed" && saved.removedAt !== null)
    return { flash: { kind: "good", text: t("audiences.done.removed", { name }), undo } };
  if (done === "returned") return { flash: { kind: "good", text: t("audiences.done.returned", { name }) } };
  return done === "inUse" ? { flash: { kind: "warn", text: t("audiences.done.inUse", { name }) } } : {};
}
