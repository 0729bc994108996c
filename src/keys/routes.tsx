import { Hono, type Context as HonoContext } from "hono";
import { type MemberEnv, memberCan, memberFrame } from "../groups/web";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { parseId } from "../platform/ids";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import * as keys from "./key";
import { accesses, KEY_NAME_MAX, KEYS_MAX } from "./types";
import { KeyPage, KeysPage } from "./views";

const BYTES_MAX = 4_000;
const PATH = "/groups/:group/integrations/keys";
const dones = ["renamed", "revoked"] as const;

type C = HonoContext<MemberEnv>;

/** The keys of a group's API. */
export const keyRoutes = new Hono<MemberEnv>()
  .get("/groups/:group/integrations", memberCan("settings.edit"), (c) =>
    c.redirect(`/groups/${c.var.group.slug}/integrations/keys`, 302),
  )
  .get(PATH, memberCan("settings.edit"), (c) => listPage(c, {}))
  .post(PATH, memberCan("settings.edit"), async (c) => {
    const { ctx, t, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const name = cleanLine(single(values, "name")).slice(0, KEY_NAME_MAX);
    const access = accesses.find((known) => known === single(values, "access"));
    const typed = { name, access: access ?? "" };
    if (name === "" || !access) {
      const errors = {
        ...(name === "" && { name: t("keys.problems.name") }),
        ...(!access && { access: t("keys.problems.access") }),
      };
      return listPage(c, { values: typed, errors });
    }
    const made = await keys.createKey(ctx, group, account, { name, access });
    if (!made)
      return listPage(c, {
        values: typed,
        errors: { name: t("keys.problems.tooMany", { count: KEYS_MAX }) },
      });
    // Not a redirect: the key would have to be kept somewhere on the way.
    return listPage(c, { made: { name, secret: made.secret } });
  })
  .get(`${PATH}/:key`, memberCan("settings.edit"), async (c) => keyPage(c, await keyOf(c), {}))
  .post(`${PATH}/:key`, memberCan("settings.edit"), async (c) => {
    const { ctx, t, group, account } = c.var;
    const key = await keyOf(c);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const name = cleanLine(single(values, "name")).slice(0, KEY_NAME_MAX);
    if (name === "") return keyPage(c, key, { name, errors: { name: t("keys.problems.name") } });
    await keys.renameKey(ctx, group, account, key, name);
    return back(c, "renamed");
  })
  .post(`${PATH}/:key/revocation`, memberCan("settings.edit"), async (c) => {
    const { ctx, group, account } = c.var;
    await keys.revokeKey(ctx, group, account, await keyOf(c));
    return back(c, "revoked");
  });

function back(c: C, done: (typeof dones)[number]): Response {
  return c.redirect(`/groups/${c.var.group.slug}/integrations/keys?done=${done}`, 303);
}

/** The key the address names; another group's is none. */
async function keyOf(c: C): Promise<keys.ApiKey> {
  const id = parseId<keys.ApiKeyId>(c.req.param("key") ?? "");
  const key = id && (await keys.keyById(c.var.ctx, c.var.group, id));
  if (!key) throw new AppError("not_found");
  return key;
}

type Listed = {
  values?: { name: string; access: string };
  errors?: FieldErrors;
  made?: { name: string; secret: string };
};

async function listPage(c: C, { values, errors = {}, made }: Listed): Promise<Response> {
  const { ctx, t, locale, group, account } = c.var;
  const done = dones.find((name) => name === c.req.query("done"));
  const flash: FlashMessage | undefined = done && { kind: "good", text: t(`keys.done.${done}`) };
  const page = (
    <KeysPage
      {...{ t, locale, errors, flash }}
      {...(made && { made })}
      frame={await memberFrame(c)}
      slug={group.slug}
      now={ctx.now}
      timeZone={account.timeZone}
      keys={await keys.listKeys(ctx, group)}
      values={values ?? { name: "", access: "full" }}
      api={`${ctx.config.platform.origin}/api/v2`}
    />
  );
  c.header("Cache-Control", "private, no-store");
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}

async function keyPage(
  c: C,
  key: keys.ApiKey,
  { name = key.name, errors = {} }: { name?: string; errors?: FieldErrors },
): Promise<Response> {
  const { ctx, t, locale, group, account } = c.var;
  const page = (
    <KeyPage
      {...{ t, locale, errors, name }}
      frame={await memberFrame(c)}
      slug={group.slug}
      now={ctx.now}
      timeZone={account.timeZone}
      apiKey={key}
    />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}
