import { z } from "zod";
import type { Context } from "../platform/context";
import { toBase64Url } from "../platform/crypto";
import { idToBytes, newId } from "../platform/ids";
import { sendLater } from "../platform/mail/mail";
import { signToken, verifyToken } from "../platform/tokens";
import { PRODUCT_NAME } from "../ui/document";
import { passkeyAddedMail } from "./email";
import { startSession, type Visit } from "./session";
import * as store from "./store";
import { type Account, PASSKEY_CHALLENGE_SECONDS, PASSKEYS_MAX } from "./types";

// Loaded when a ceremony begins: its certificate parsers would otherwise be part of every cold start.
const webauthn = () => import("@simplewebauthn/server");

export type Passkey = { id: string; name: string; createdAt: number; usedAt: number | null };

const text = z.string().max(20_000);

// A credential as `toJSON()` of WebAuthn level 3 writes it. The library checks what it says; this checks its shape.
const created = z.object({
  id: text,
  rawId: text,
  type: z.literal("public-key"),
  clientExtensionResults: z.object({}),
  response: z.object({
    clientDataJSON: text,
    attestationObject: text,
    transports: z.array(z.string().max(40)).max(10).optional(),
  }),
});

const asserted = z.object({
  id: text,
  rawId: text,
  type: z.literal("public-key"),
  clientExtensionResults: z.object({}),
  response: z.object({
    clientDataJSON: text,
    authenticatorData: text,
    signature: text,
    userHandle: text.nullish().transform((handle) => handle ?? undefined),
  }),
});

/** Asks for a new passkey that signs in without a name being typed (a discoverable credential). */
export async function beginRegistration(ctx: Context, account: Account) {
  const known = await store.passkeysOf(ctx.directory, account.no, PASSKEYS_MAX);
  const { generateRegistrationOptions } = await webauthn();
  const options = await generateRegistrationOptions({
    rpName: PRODUCT_NAME,
    rpID: rpId(ctx),
    userID: Uint8Array.from(idToBytes(account.id)),
    userName: account.email,
    userDisplayName: account.name || account.email,
    timeout: PASSKEY_CHALLENGE_SECONDS * 1000,
    attestationType: "none",
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    excludeCredentials: known.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
  });
  return { options, token: await challengeToken(ctx, options.challenge, String(account.no)) };
}

/** Stores the passkey a browser made. Refused: a forged, late or repeated answer, a known passkey, or one too many. */
export async function finishRegistration(
  ctx: Context,
  account: Account,
  answer: { credential: string; token: string; name: string },
): Promise<{ ok: true } | { ok: false; reason: "invalid" | "too_many" }> {
  const response = parseJson(created, answer.credential);
  const challenge = await spendChallenge(ctx, answer.token, String(account.no));
  if (!response || !challenge) return { ok: false, reason: "invalid" };
  const credential = await verifiedCredential(ctx, response, challenge);
  if (!credential) return { ok: false, reason: "invalid" };
  const isAdded = await store.insertPasskey(
    ctx.directory,
    {
      credentialId: credential.id,
      accountNo: account.no,
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: response.response.transports ?? [],
      name: answer.name,
      createdAt: ctx.now,
      usedAt: null,
    },
    PASSKEYS_MAX,
  );
  if (!isAdded) return { ok: false, reason: "too_many" };
  const mail = {
    to: account.email,
    origin: ctx.config.PLATFORM_ORIGIN,
    name: answer.name,
    locale: account.locale,
  };
  await sendLater(ctx, passkeyAddedMail(mail), "notice");
  return { ok: true };
}

async function verifiedCredential(ctx: Context, response: z.infer<typeof created>, challenge: string) {
  const { verifyRegistrationResponse } = await webauthn();
  try {
    const verification = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: rpOrigin(ctx),
      expectedRPID: rpId(ctx),
      requireUserVerification: true,
    });
    return verification.verified ? verification.registrationInfo.credential : null;
  } catch (error) {
    // The library throws for every answer it does not accept; which check failed helps whoever debugs a device.
    ctx.log.info("passkey.refused", { ceremony: "registration", why: nameOf(error) });
    return null;
  }
}

/** Asks for any passkey of this site; the browser shows whose there are. */
export async function beginAuthentication(ctx: Context) {
  const { generateAuthenticationOptions } = await webauthn();
  const options = await generateAuthenticationOptions({
    rpID: rpId(ctx),
    timeout: PASSKEY_CHALLENGE_SECONDS * 1000,
    userVerification: "required",
  });
  return { options, token: await challengeToken(ctx, options.challenge, ANYONE) };
}

/** Signs in with a passkey, or null for anything that does not verify; why is not told to whoever tries. */
export async function signInByPasskey(
  ctx: Context,
  answer: { credential: string; token: string },
  visit: Visit,
  replacedToken: string | null,
): Promise<{ account: Account; sessionToken: string } | null> {
  const response = parseJson(asserted, answer.credential);
  const challenge = await spendChallenge(ctx, answer.token, ANYONE);
  if (!response || !challenge) return null;
  const passkey = await store.passkeyById(ctx.directory, response.id);
  const account = passkey && (await store.accountByNo(ctx.directory, passkey.accountNo));
  if (!passkey || !account) return null;
  const { userHandle } = response.response;
  if (userHandle !== undefined && userHandle !== toBase64Url(idToBytes(account.id))) return null;
  const counter = await verifiedCounter(ctx, response, challenge, passkey);
  if (counter === null) return null;
  await store.notePasskeyUse(ctx.directory, passkey.credentialId, counter, ctx.now);
  return { account, sessionToken: await startSession(ctx, account, visit, replacedToken) };
}

async function verifiedCounter(
  ctx: Context,
  response: z.infer<typeof asserted>,
  challenge: string,
  passkey: store.StoredPasskey,
): Promise<number | null> {
  const { verifyAuthenticationResponse } = await webauthn();
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: rpOrigin(ctx),
      expectedRPID: rpId(ctx),
      requireUserVerification: true,
      credential: {
        id: passkey.credentialId,
        publicKey: Uint8Array.from(passkey.publicKey),
        counter: passkey.counter,
        transports: passkey.transports,
      },
    });
    return verified ? authenticationInfo.newCounter : null;
  } catch (error) {
    ctx.log.info("passkey.refused", { ceremony: "authentication", why: nameOf(error) });
    return null;
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}

export async function listPasskeys(ctx: Context, account: Account): Promise<Passkey[]> {
  const stored = await store.passkeysOf(ctx.directory, account.no, PASSKEYS_MAX);
  return stored.map(({ credentialId, name, createdAt, usedAt }) => ({
    id: credentialId,
    name,
    createdAt,
    usedAt,
  }));
}

/** False when the account has no such passkey. Sessions made with it go on; the page says how to end them. */
export async function removePasskey(ctx: Context, account: Account, id: string): Promise<boolean> {
  return store.deletePasskey(ctx.directory, account.no, id);
}

// The relying party is the platform host alone. Group hosts below it may ask for its passkeys too, so the origin is
// checked as well: what they sign is never accepted here.
function rpId(ctx: Context): string {
  return ctx.config.platform.hostname;
}

function rpOrigin(ctx: Context): string {
  return ctx.config.platform.origin;
}

/** The account number a sign-in challenge is for: whoever's passkey answers. */
const ANYONE = "";

/** A challenge is remembered by a signed token, so that asking for one stores nothing. */
async function challengeToken(ctx: Context, challenge: string, forAccount: string): Promise<string> {
  return signToken(
    ctx.config.SIGNING_KEYS,
    "passkey",
    { challenge, for: forAccount },
    { now: ctx.now, secondsToLive: PASSKEY_CHALLENGE_SECONDS, id: newId() },
  );
}

const challengeClaims = z.object({
  challenge: z.string(),
  for: z.string(),
  jti: z.string(),
  exp: z.number(),
});

/** The challenge, once; null when its token is forged, late, spent or was given to somebody else. */
async function spendChallenge(ctx: Context, token: string, forAccount: string): Promise<string | null> {
  const claims = challengeClaims.safeParse(
    await verifyToken(ctx.config.SIGNING_KEYS, "passkey", token, ctx.now),
  ).data;
  if (!claims || claims.for !== forAccount) return null;
  return (await store.spend(ctx.directory, claims.jti, claims.exp * 1000)) ? claims.challenge : null;
}

function parseJson<S extends z.ZodType>(schema: S, json: string): z.infer<S> | null {
  try {
    return schema.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}
