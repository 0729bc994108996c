import { Hono, type Context as HonoContext } from "hono";
import { frameOf } from "../accounts/web";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionIn, publicUrl } from "../actions/web";
import { recordAct } from "../groups/audit";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { listWorks } from "../people/work";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { groupOrigin } from "../platform/http";
import type { FlashMessage } from "../ui/flash";
import { consentFile } from "./consent-file";
import { ASK_PATH } from "./own-link";
import { personPrivacyRoutes } from "./person-routes";
import { previewRule, type RuleRow, retentionWorks, rulesOf, saveRule } from "./retention";
import { RetentionPage, type RetentionPageProps } from "./retention-views";
import { MONTHS_MAX, MONTHS_MIN, retentionRules } from "./types";

const BYTES_MAX = 5_000;
const PATH = "/groups/:group/settings/privacy";

type C = HonoContext<MemberEnv>;

/** Privacy for organisers: one person's data, evidence of consent, and what the group forgets by itself. */
export function privacyRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>().route("/", personPrivacyRoutes);

  app.get(PATH, memberCan("settings.edit"), (c) => {
    const isSaved = c.req.query("done") === "saved";
    return page(c, {
      flash: isSaved ? { kind: "good", text: c.var.t("privacy.retention.saved") } : undefined,
    });
  });

  app.post(PATH, memberCan("settings.edit"), async (c) => {
    const { ctx, t, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const rule = retentionRules.find((name) => name === single(values, "rule"));
    if (!rule) throw new AppError("bad_request");
    const text = single(values, `months.${rule}`).trim();
    const months = /^\d{1,4}$/.test(text) ? Number(text) : 0;
    const wanted = {
      ...{ rule, months, isOn: single(values, `isOn.${rule}`) === "yes" },
      alsoSubscribed: single(values, "alsoSubscribed") === "yes",
    };
    if (months < MONTHS_MIN || months > MONTHS_MAX) {
      const error = t("privacy.retention.monthsWrong", { min: MONTHS_MIN, max: MONTHS_MAX });
      return page(c, { typed: { rule, months: text }, errors: { [`months.${rule}`]: error } });
    }
    if (single(values, "do") === "save") {
      await saveRule(ctx, group, wanted, account.no);
      return c.redirect(`/groups/${group.slug}/settings/privacy?done=saved#${rule}`, 303);
    }
    const found = await previewRule(dbFor(ctx.env, group), wanted, ctx.now);
    return page(c, { preview: { rule, ...found }, wanted });
  });

  app.get(`${ACTION_PATH}/consent.csv`, memberCan("people.export"), async (c) => {
    const { ctx, t, group, account } = c.var;
    const { action, kind } = await actionIn(c, kinds);
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: account.no, act: "consent.exported", subject: action.id },
    });
    return consentFile(t, dbFor(ctx.env, group), action, {
      url: publicUrl(c, kind, action),
      filename: `${action.slug}-consent.csv`,
    });
  });

  return app;
}

type Shown = Partial<Pick<RetentionPageProps, "preview" | "typed" | "errors">> & {
  flash?: FlashMessage | undefined;
  /** A rule as it was filled in, shown again although it was not saved. */
  wanted?: Pick<RuleRow, "rule" | "months" | "isOn" | "alsoSubscribed">;
};

async function page(c: C, { preview, typed, errors = {}, flash, wanted }: Shown): Promise<Response> {
  const { ctx, t, locale, group, account } = c.var;
  const db = dbFor(ctx.env, group);
  const [saved, works] = await Promise.all([rulesOf(db), listWorks(db, retentionWorks)]);
  const rules = saved.map((row) => (row.rule === wanted?.rule ? { ...row, ...wanted } : row));
  const html = (
    <RetentionPage
      {...{ t, locale, group, rules, works, errors, flash }}
      frame={await frameOf(c)}
      now={ctx.now}
      timeZone={account.timeZone}
      preview={preview ?? null}
      typed={typed ?? null}
      ownUrl={`${groupOrigin(ctx.config, group.slug)}${ASK_PATH}`}
    />
  );
  return c.html(html, Object.keys(errors).length > 0 ? 422 : 200);
}
