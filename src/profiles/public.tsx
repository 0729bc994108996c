import { Hono } from "hono";
import {
  notice,
  type PublicContext,
  type PublicEnv,
  privatePage,
  refuse,
  refuseForeignOrigin,
} from "../actions/public-web";
import { SitePage } from "../groups/public";
import type { AddressChangeRow } from "../people/address";
import { readForm, single } from "../platform/forms";
import { Form, SubmitButton } from "../ui/form";
import {
  CHANGE_PATH,
  cancelAddressChange,
  confirmAddressChange,
  readChangeKey,
  type Side,
} from "./address-change";

const BYTES_MAX = 5_000;

/** Where both addresses confirm a change, on the group's host. Looking changes nothing: mail scanners open links too. */
export function addressPages(): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get(CHANGE_PATH, (c) => withChange(c, async (mine) => page(c, mine)))
    .post(CHANGE_PATH, (c) => withChange(c, (mine) => answer(c, mine)));
}

type Mine = { change: AddressChangeRow; side: Side };

async function withChange(c: PublicContext, answerTo: (mine: Mine) => Promise<Response>): Promise<Response> {
  if (c.req.method === "POST") refuseForeignOrigin(c.req.raw);
  const { ctx, group } = c.var;
  const mine = await readChangeKey(ctx, group, c.req.query("key") ?? "");
  return mine ? answerTo(mine) : over(c);
}

function over(c: PublicContext): Promise<Response> {
  const { t } = c.var;
  return refuse(c, "gone", { title: t("profiles.change.title"), text: t("profiles.change.over") });
}

/** Whoever follows a link on this page takes their key along to nobody. */
const PRIVATE = { "Referrer-Policy": "no-referrer" };

function page(c: PublicContext, { change, side }: Mine): Promise<Response> {
  const { ctx, t, locale, group } = c.var;
  const key = c.req.query("key") ?? "";
  const values = { group: group.name, new: change.newEmail, old: change.oldEmail };
  return privatePage(
    group,
    <SitePage
      {...{ t, locale, group }}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
      title={t("profiles.change.title")}
      isIndexed={false}
      mainClass="thanks"
    >
      <div class="panel">
        <h1>{t("profiles.change.title")}</h1>
        <p>{t(side === "old" ? "profiles.change.oldText" : "profiles.change.newText", values)}</p>
        <Form action={`${CHANGE_PATH}?key=${key}&lang=${locale}`} label={t("profiles.change.title")}>
          <SubmitButton name="do" value="confirm" isWide>
            {t("profiles.change.button")}
          </SubmitButton>
          <SubmitButton kind="secondary" name="do" value="cancel" isWide>
            {t("profiles.change.cancel")}
          </SubmitButton>
        </Form>
      </div>
    </SitePage>,
    { headers: PRIVATE },
  );
}

async function answer(c: PublicContext, mine: Mine): Promise<Response> {
  const { ctx, t, group } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const title = t("profiles.change.title");
  if (single(values, "do") === "cancel") {
    await cancelAddressChange(ctx, group, mine.change);
    return notice(c, { title, text: t("profiles.change.cancelled") });
  }
  if (single(values, "do") !== "confirm") return page(c, mine);
  const outcome = await confirmAddressChange(ctx, group, mine);
  return outcome === "over" ? over(c) : notice(c, { title, text: t(`profiles.change.${outcome}`) });
}
