import { Hono, type Context as HonoContext } from "hono";
import { z } from "zod";
import { type FormValues, fieldErrors, readForm, single } from "../platform/forms";
import { named } from "../platform/named";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import type { Key } from "../ui/i18n";
import { AccountPage, type AccountPageProps } from "./account-views";
import { beginRegistration, finishRegistration, listPasskeys, removePasskey } from "./passkey";
import { endSessionById, endSessions, listSessions } from "./session";
import { signInRoutes } from "./sign-in-routes";
import { updateProfile } from "./store";
import { type Account, FORM_BYTES_MAX, oneLine, PASSKEY_NAME_MAX, profileForm, type Session } from "./types";
import { deviceOf } from "./visit";
import { frameOf, signedIn, takeSessionCookie, type WebEnv } from "./web";

type SignedInEnv = WebEnv & { Variables: { account: Account; session: Session } };

/** Signing in and one's own account. Mounted at "/" of the platform host. */
export const accountRoutes = new Hono<SignedInEnv>();

accountRoutes.route("/", signInRoutes);
accountRoutes.use("/account", signedIn);
accountRoutes.use("/account/*", signedIn);

/** What a redirect back to the account page may say was done. */
const doneWords: Record<string, Key> = {
  profile: "accounts.done.profile",
  passkey: "accounts.done.passkey",
  "passkey-removed": "accounts.done.passkeyRemoved",
  session: "accounts.done.session",
};

accountRoutes.get("/account", async (c) => {
  const done = named(doneWords, c.req.query("done"));
  return c.html(
    <AccountPage
      {...(await accountPage(c))}
      flash={done ? { kind: "good", text: c.var.t(done) } : undefined}
    />,
  );
});

async function accountPage(c: HonoContext<SignedInEnv>): Promise<AccountPageProps> {
  const { ctx, t, account, session } = c.var;
  const [frame, passkeys, sessions] = await Promise.all([
    frameOf(c),
    listPasskeys(ctx, account),
    listSessions(ctx, account),
  ]);
  const { name, locale, timeZone } = account;
  const passkeyName = deviceOf(c.req.header("User-Agent") ?? "") || t("accounts.passkeys.defaultName");
  return {
    ...{ t, locale: c.var.locale, timeZone, now: ctx.now, frame, account, passkeys, passkeyName, sessions },
    profile: { name, locale, timeZone },
    currentSessionId: session.id,
  };
}

accountRoutes.post("/account", async (c) => {
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const profile = profileIn(values);
  const parsed = profileForm.safeParse(profile);
  if (!parsed.success) {
    const errors = inWords(c, fieldErrors(parsed.error));
    return c.html(
      <AccountPage {...(await accountPage(c))} profile={profile} errors={errors} flash={refused(c)} />,
      422,
    );
  }
  await updateProfile(c.var.ctx.directory, c.var.account.no, parsed.data);
  return c.redirect("/account?done=profile", 303);
});

function profileIn(values: FormValues) {
  return {
    name: single(values, "name"),
    locale: single(values, "locale"),
    timeZone: single(values, "timeZone"),
  };
}

function refused(c: HonoContext<SignedInEnv>): FlashMessage {
  return { kind: "bad", text: c.var.t("common.form.refused") };
}

const problemWords: Record<string, Key> = {
  "name/too_long": "accounts.profile.nameTooLong",
  "name/characters": "accounts.profile.nameCharacters",
  "passkeyName/missing": "accounts.passkeys.nameMissing",
  "passkeyName/too_long": "accounts.passkeys.nameTooLong",
  "passkeyName/characters": "accounts.profile.nameCharacters",
  "passkeyName/invalid": "accounts.passkeys.refused",
  "passkeyName/too_many": "accounts.passkeys.tooMany",
  "timeZone/time_zone": "accounts.profile.timeZoneWrong",
};

function inWords(c: HonoContext<SignedInEnv>, errors: Record<string, string>): FieldErrors {
  return Object.fromEntries(
    Object.entries(errors).map(([field, code]) => [
      field,
      c.var.t(problemWords[`${field}/${code}`] ?? "accounts.profile.chooseOne"),
    ]),
  );
}

accountRoutes.post("/account/passkeys/challenge", async (c) =>
  c.json(await beginRegistration(c.var.ctx, c.var.account)),
);

const passkeyName = z.object({
  passkeyName: oneLine.pipe(z.string().min(1, "missing").max(PASSKEY_NAME_MAX, "too_long")),
});

accountRoutes.post("/account/passkeys", async (c) => {
  const { ctx, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = single(values, "passkeyName");
  const parsed = passkeyName.safeParse({ passkeyName: typed });
  if (!parsed.success) return passkeyRefused(c, typed, fieldErrors(parsed.error));
  const answer = { credential: single(values, "credential"), token: single(values, "token") };
  const added = await finishRegistration(ctx, account, { ...answer, name: parsed.data.passkeyName });
  if (!added.ok) return passkeyRefused(c, typed, { passkeyName: added.reason });
  return c.redirect("/account?done=passkey#passkeys", 303);
});

async function passkeyRefused(c: HonoContext<SignedInEnv>, typed: string, problems: Record<string, string>) {
  const errors = inWords(c, problems);
  return c.html(
    <AccountPage {...(await accountPage(c))} passkeyName={typed} errors={errors} flash={refused(c)} />,
    422,
  );
}

accountRoutes.post("/account/passkeys/:id/removal", async (c) => {
  const isRemoved = await removePasskey(c.var.ctx, c.var.account, c.req.param("id"));
  return c.redirect(isRemoved ? "/account?done=passkey-removed#passkeys" : "/account#passkeys", 303);
});

accountRoutes.post("/account/sessions/:id/end", async (c) => {
  const { ctx, account, session } = c.var;
  const id = c.req.param("id");
  const isEnded = await endSessionById(ctx, account, id);
  if (id === session.id) {
    takeSessionCookie(c);
    return c.redirect("/sign-in", 303);
  }
  return c.redirect(isEnded ? "/account?done=session#sessions" : "/account#sessions", 303);
});

accountRoutes.post("/account/sign-out-everywhere", async (c) => {
  await endSessions(c.var.ctx, c.var.account);
  takeSessionCookie(c);
  return c.redirect("/sign-in", 303);
});
