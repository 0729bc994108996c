import { Hono, type Context as HonoContext } from "hono";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan, memberFrame } from "../groups/web";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { mailboxNames } from "../platform/mail/mailbox-provider";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import { formatNumber } from "../ui/format";
import {
  addDomain,
  changeAddress,
  checkDomain,
  DOMAINS_MAX,
  type DomainCheck,
  domainByNo,
  listDomains,
  removeDomain,
  restoreDomain,
  type SendingDomain,
} from "./domain";
import { type PaceForm, paceField, readPaces } from "./pace-form";
import { recordsOf } from "./records";
import { gateOfGroup, pacesOf, quotaOf, resumeSender, savePaces, senderOf } from "./sender";
import { PACE_SET_MAX, PACE_SET_MIN } from "./types";
import { DomainPage, type SenderFrame, SendersPage } from "./views";

const BYTES_MAX = 10_000;
const PATH = "/groups/:group/mailings/senders";
const NUMBER = /^[1-9]\d{0,8}$/;
const dones = ["saved", "resumed", "not_stopped", "restored", "paces"] as const;

type C = HonoContext<MemberEnv>;

/** Who a group's mailings are from, and what is between them and the mailboxes. */
export const senderRoutes = new Hono<MemberEnv>();

senderRoutes.get(PATH, memberCan("mailings.view"), (c) => sendersPage(c, { flash: flashOf(c) }));

senderRoutes.post(PATH, memberCan("mailings.send"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const address = single(values, "address");
  const added = await addDomain(ctx, group, address, account);
  if ("problem" in added) {
    const error = t(`senders.problems.${added.problem}`, { most: DOMAINS_MAX });
    return sendersPage(c, { address, errors: { address: error } });
  }
  return c.redirect(`/groups/${group.slug}/mailings/senders/${added.domainNo}`, 303);
});

/** How many mails an hour each mailbox provider may get. */
senderRoutes.post(`${PATH}/paces`, memberCan("mailings.send"), async (c) => {
  const { ctx, t, locale, group, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const { typed, paces, wrong } = readPaces(values);
  if (wrong.length > 0) {
    const limits = { least: formatNumber(PACE_SET_MIN, locale), most: formatNumber(PACE_SET_MAX, locale) };
    const errors = wrong.map((mailbox) => [
      paceField(mailbox),
      t("senders.paces.wrong", { provider: mailboxNames[mailbox], ...limits }),
    ]);
    return sendersPage(c, { typed, errors: Object.fromEntries(errors) });
  }
  await savePaces(ctx, group, paces, account);
  return c.redirect(`/groups/${group.slug}/mailings/senders?done=paces`, 303);
});

/** A stop by bounces or complaints ends when somebody who may send says so. */
senderRoutes.post(`${PATH}/resumption`, memberCan("mailings.send"), async (c) => {
  const { ctx, group, account } = c.var;
  const done = (await resumeSender(ctx, group, account)) ? "resumed" : "not_stopped";
  return c.redirect(`/groups/${group.slug}/mailings/senders?done=${done}`, 303);
});

senderRoutes.get(`${PATH}/:domain`, memberCan("mailings.send"), async (c) =>
  domainPage(c, await domainOf(c), { flash: flashOf(c) }),
);

senderRoutes.post(`${PATH}/:domain`, memberCan("mailings.send"), async (c) => {
  const { ctx, t, group } = c.var;
  const own = await domainOf(c);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const local = single(values, "local");
  const saved = await changeAddress(ctx, group, own, local);
  if (saved !== "saved")
    return domainPage(c, own, { local, errors: { local: t(`senders.problems.${saved}`) } });
  return c.redirect(`/groups/${group.slug}/mailings/senders/${own.domainNo}?done=saved`, 303);
});

senderRoutes.post(`${PATH}/:domain/check`, memberCan("mailings.send"), async (c) => {
  const { ctx, t, group } = c.var;
  const own = await domainOf(c);
  const check = await checkDomain(ctx, group, own);
  const kind = check.state === "verified" ? "good" : "warn";
  const flash: FlashMessage = { kind, text: t(`senders.checked.${check.state}`, { domain: own.domain }) };
  return domainPage(c, await domainOf(c), { flash, check });
});

senderRoutes.post(`${PATH}/:domain/removal`, memberCan("mailings.send"), async (c) => {
  const { ctx, group, account } = c.var;
  const own = await domainOf(c);
  await removeDomain(ctx, group, own, account);
  return c.redirect(`/groups/${group.slug}/mailings/senders?removed=${own.domainNo}`, 303);
});

senderRoutes.post(`${PATH}/:domain/restoration`, memberCan("mailings.send"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const own = await anyDomainOf(c);
  if (own.removedAt === null) throw new AppError("not_found");
  if (await restoreDomain(ctx, group, own, account))
    return c.redirect(`/groups/${group.slug}/mailings/senders?done=restored`, 303);
  const text = t("senders.problems.too_many", { most: DOMAINS_MAX });
  return sendersPage(c, { flash: { kind: "bad", text } });
});

/** The domain the address names; one that was removed is none. */
async function domainOf(c: C): Promise<SendingDomain> {
  const own = await anyDomainOf(c);
  if (own.removedAt !== null) throw new AppError("not_found");
  return own;
}

async function anyDomainOf(c: C): Promise<SendingDomain> {
  const no = c.req.param("domain") ?? "";
  const { ctx, group } = c.var;
  const own = NUMBER.test(no) ? await domainByNo(ctx.directory, group.no, Number(no)) : null;
  if (!own) throw new AppError("not_found");
  return own;
}

async function frameFor(c: C): Promise<SenderFrame> {
  const { ctx, t, locale, group, account, role } = c.var;
  const mayEdit = can(role, "mailings.send");
  const clock = { now: ctx.now, timeZone: account.timeZone };
  return { frame: await memberFrame(c), t, locale, slug: group.slug, mayEdit, ...clock };
}

function flashOf(c: C): FlashMessage | undefined {
  const done = dones.find((name) => name === c.req.query("done"));
  return done ? { kind: "good", text: c.var.t(`senders.done.${done}`) } : undefined;
}

type Shown = {
  flash?: FlashMessage | undefined;
  address?: string;
  typed?: PaceForm["typed"];
  errors?: FieldErrors;
};

async function sendersPage(c: C, { flash, address = "", typed, errors = {} }: Shown): Promise<Response> {
  const { ctx, group } = c.var;
  const [sender, health, quota, domains, paces] = await Promise.all([
    senderOf(ctx, group),
    gateOfGroup(ctx, group).health(),
    quotaOf(ctx, group),
    listDomains(ctx.directory, group.no, DOMAINS_MAX),
    pacesOf(ctx, group),
  ]);
  const kept = Object.fromEntries(Object.entries(paces).map(([name, most]) => [name, String(most)]));
  const page = (
    <SendersPage
      {...(await frameFor(c))}
      {...{ sender, health, quota, domains, address, errors }}
      typed={typed ?? kept}
      flash={flash ?? (await undoRemoval(c))}
    />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}

async function undoRemoval(c: C): Promise<FlashMessage | undefined> {
  const { ctx, t, group } = c.var;
  const no = c.req.query("removed") ?? "";
  const gone = NUMBER.test(no) ? await domainByNo(ctx.directory, group.no, Number(no)) : null;
  if (!gone || gone.removedAt === null) return undefined;
  const action = `/groups/${group.slug}/mailings/senders/${gone.domainNo}/restoration`;
  return {
    kind: "good",
    text: t("senders.done.removed", { domain: gone.domain }),
    undo: { action, label: t("common.form.undo") },
  };
}

type DomainShown = {
  flash?: FlashMessage | undefined;
  local?: string;
  errors?: FieldErrors;
  check?: DomainCheck;
};

async function domainPage(
  c: C,
  own: SendingDomain,
  { flash, local, errors = {}, check }: DomainShown,
): Promise<Response> {
  const page = (
    <DomainPage
      {...(await frameFor(c))}
      {...{ own, errors, flash, check }}
      local={local ?? own.detail.local ?? ""}
      records={recordsOf(c.var.ctx.config, own)}
    />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}
