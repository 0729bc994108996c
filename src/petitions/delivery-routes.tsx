import { Hono, type Context as HonoContext } from "hono";
import { cleanLine } from "../actions/answer-text";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionFrame } from "../actions/web";
import { recordAct } from "../groups/audit";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { countSigners } from "../intake/signers";
import { type FormValues, readForm, single } from "../platform/forms";
import { fontsOf } from "../platform/pdf/fonts";
import { translator } from "../ui/i18n";
import { type Delivery, deliveryCsv, deliveryPrint } from "./delivery";
import { districtNamer } from "./delivery-districts";
import { type Part, partsOf, readPart } from "./delivery-parts";
import { deliveryPdf } from "./delivery-pdf";
import { petitionIn } from "./updates-routes";
import { DeliveryPage } from "./updates-views";

const BYTES_MAX = 10_000;
const PLACE_MAX = 100;

/** The signatures as they are handed over. Each file is written down in the audit log: it holds people's names. */
export function deliveryRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/delivery`, memberCan("people.export"), async (c) =>
    c.html(await deliveryPage(c, kinds, { values: {}, errors: {} })),
  );

  app.post(`${ACTION_PATH}/delivery`, memberCan("people.export"), async (c) => {
    const { action } = await petitionIn(c, kinds);
    const { ctx, t, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const place = cleanLine(single(values, "place"));
    if (place.length > PLACE_MAX) {
      const errors = { place: t("actions.problems.tooLong", { count: PLACE_MAX }) };
      return c.html(await deliveryPage(c, kinds, { values, errors }), 422);
    }
    const filter = { state: "counted" as const, ...(place ? { place } : {}) };
    const count = await countSigners(dbFor(ctx.env, group), action.no, filter);
    const delivery: Delivery = {
      t: translator(action.locale),
      db: dbFor(ctx.env, group),
      ...{ group, action, filter, count, now: ctx.now },
      withPostalCode: single(values, "withPostalCode") === "yes",
      withComments: single(values, "withComments") === "yes",
      districtOf: single(values, "withDistrict") === "yes" ? districtNamer(ctx, action.locale) : null,
    };
    const as = single(values, "as");
    const parts = as === "pdf" ? await partsAskedFor(delivery, single(values, "part")) : [];
    if (parts.length > 1) return c.html(await deliveryPage(c, kinds, { values, errors: {}, parts }));
    const detail = { ...filter, count: parts[0]?.count ?? count };
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: account.no, subject: action.id, detail },
      act: "petition.delivered",
    });
    if (parts[0]) return pdfFile(c, delivery, parts[0]);
    return as === "csv" ? csvFile(c, delivery) : printPage(c, delivery);
  });

  return app;
}

/** The one part a press asked for; else all there are, which is one unless there are many signatures. */
async function partsAskedFor({ db, action, filter, count, now, withComments }: Delivery, text: string) {
  const asked = readPart(text);
  return asked ? [asked] : partsOf(db, action.no, filter, { until: now, total: count, withComments });
}

async function pdfFile(c: HonoContext<MemberEnv>, delivery: Delivery, part: Part): Promise<Response> {
  const { slug } = delivery.action;
  const name = part.parts > 1 ? `${slug}-delivery-${part.nth}-${part.parts}` : `${slug}-delivery`;
  const filter = { ...delivery.filter, to: part.until };
  return c.body(await deliveryPdf({ ...delivery, filter }, part, await fontsOf(c.env)), 200, {
    "Content-Type": "application/pdf",
    "Content-Disposition": `attachment; filename="${name}.pdf"`,
    "Cache-Control": "private, no-store",
  });
}

function csvFile(c: HonoContext<MemberEnv>, delivery: Delivery): Response {
  return c.body(deliveryCsv(delivery), 200, {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Disposition": `attachment; filename="${delivery.action.slug}-delivery.csv"`,
    "Cache-Control": "private, no-store",
  });
}

function printPage(c: HonoContext<MemberEnv>, delivery: Delivery): Response {
  return c.body(deliveryPrint(delivery), 200, {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "private, no-store",
  });
}

async function deliveryPage(
  c: HonoContext<MemberEnv>,
  kinds: readonly Kind[],
  form: { values: FormValues; errors: Record<string, string>; parts?: readonly Part[] },
) {
  const subject = await petitionIn(c, kinds);
  const db = dbFor(c.var.ctx.env, c.var.group);
  const [frame, total] = await Promise.all([
    actionFrame(c, subject),
    countSigners(db, subject.action.no, { state: "counted" }),
  ]);
  return <DeliveryPage {...frame} {...form} total={total} />;
}
