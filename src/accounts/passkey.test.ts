import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { authenticator } from "../../test/authenticator";
import { newAddress, platformHost, type Visitor } from "../../test/platform-host";

type Device = Awaited<ReturnType<typeof authenticator>>;
type Bends = Parameters<Device["get"]>[1];
type Challenge = { options: never; token: string };

const ORIGIN = "http://localhost:8787";

async function challenge(visitor: Visitor, path: string): Promise<Challenge> {
  return (await visitor.send(path, { method: "POST" })).json();
}

async function register(
  visitor: Visitor,
  device: Device,
  bends: Bends = {},
  name = "Ana's phone",
): Promise<Response> {
  const { options, token } = await challenge(visitor, "/account/passkeys/challenge");
  return visitor.post("/account/passkeys", {
    passkeyName: name,
    credential: await device.create(options, bends),
    token,
  });
}

async function signIn(
  visitor: Visitor,
  device: Device,
  bends: Bends = {},
  next = "/account",
): Promise<Response> {
  const { options, token } = await challenge(visitor, "/sign-in/passkey/challenge");
  return visitor.post("/sign-in/passkey", { credential: await device.get(options, bends), token, next });
}

async function withPasskey() {
  const [host, device, email] = [platformHost(), await authenticator(ORIGIN), newAddress()];
  const owner = host.visitor();
  await owner.signIn(email);
  expect((await register(owner, device)).status).toBe(303);
  return { host, device, email, owner };
}

async function passkeyRows(device: Device) {
  const { results } = await env.DIRECTORY.prepare("SELECT * FROM passkeys WHERE credential_id = ?")
    .bind(device.id)
    .all();
  return results;
}

describe("a passkey", () => {
  it("is added, named, listed, and signs in on a browser that knows nothing", async () => {
    const { host, device, email, owner } = await withPasskey();
    expect(await (await owner.get("/account?done=passkey")).text()).toContain("Ana&#39;s phone");
    const stranger = host.visitor();
    const signed = await signIn(stranger, device);
    expect([signed.status, signed.headers.get("Location")]).toEqual([303, "/account"]);
    expect(await (await stranger.get("/")).text()).toBe(email);
  });

  it("added is told to the owner by mail", async () => {
    const { host, email } = await withPasskey();
    expect(host.mail.at(-1)?.body).toMatchObject({ purpose: "notice", message: { to: email } });
    expect(host.mail.at(-1)?.body.message.text).toContain("Ana's phone");
  });

  it("is asked to prove the person, and to need no name typed", async () => {
    const { owner, device } = await withPasskey();
    const { options } = await challenge(owner, "/account/passkeys/challenge");
    expect(options).toMatchObject({
      rp: { id: "localhost" },
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      excludeCredentials: [{ id: device.id }],
    });
  });

  it("removed signs in no more", async () => {
    const { host, device, owner } = await withPasskey();
    const removed = await owner.post(`/account/passkeys/${device.id}/removal`);
    expect(removed.headers.get("Location")).toBe("/account?done=passkey-removed#passkeys");
    expect((await signIn(host.visitor(), device)).status).toBe(422);
  });

  it("of somebody else cannot be removed", async () => {
    const { host, device } = await withPasskey();
    const eve = host.visitor();
    await eve.signIn(newAddress("eve"));
    await eve.post(`/account/passkeys/${device.id}/removal`);
    expect(await passkeyRows(device)).toHaveLength(1);
  });

  it("is refused as the twenty-first", async () => {
    const { host, owner } = await withPasskey();
    for (let more = 1; more < 20; more += 1) {
      expect((await register(owner, await authenticator(ORIGIN))).status).toBe(303);
    }
    const refused = await register(owner, await authenticator(ORIGIN));
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("you have 20 of them");
    expect(host.mail).toHaveLength(20);
  });

  it("that belongs to another account stays that account's", async () => {
    const { host, device, email } = await withPasskey();
    const eve = host.visitor();
    await eve.signIn(newAddress("eve"));
    expect((await register(eve, device)).status).toBe(422);
    const visitor = host.visitor();
    await visitor.signIn(newAddress());
    expect((await signIn(visitor, device, { userHandle: "" })).status).toBe(422);
    expect(await passkeyRows(device)).toHaveLength(1);
    expect(email).toContain("ana");
  });
});

describe("an answer to a registration", () => {
  it.each<[string, Bends]>([
    ["from another site", { origin: "https://evil.example" }],
    ["from a group's host", { origin: "http://evil.localhost:8787" }],
    ["for another relying party", { rpId: "evil.example" }],
    ["without the person proven", { isVerified: false }],
    ["that is a sign-in", { type: "webauthn.get" }],
  ])("%s is refused and stores nothing", async (_, bends) => {
    const [host, device] = [platformHost(), await authenticator(ORIGIN)];
    const visitor = host.visitor();
    await visitor.signIn(newAddress());
    const response = await register(visitor, device, bends);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("was not accepted");
    expect(await passkeyRows(device)).toEqual([]);
    expect(host.mail).toEqual([]);
  });

  it("is accepted once", async () => {
    const [host, device] = [platformHost(), await authenticator(ORIGIN)];
    const visitor = host.visitor();
    await visitor.signIn(newAddress());
    const { options, token } = await challenge(visitor, "/account/passkeys/challenge");
    const form = { passkeyName: "One", credential: await device.create(options), token };
    expect((await visitor.post("/account/passkeys", form)).status).toBe(303);
    await env.DIRECTORY.prepare("DELETE FROM passkeys WHERE credential_id = ?").bind(device.id).run();
    expect((await visitor.post("/account/passkeys", form)).status).toBe(422);
  });

  it("to somebody else's challenge is refused", async () => {
    const [host, device] = [platformHost(), await authenticator(ORIGIN)];
    const [ana, eve] = [host.visitor(), host.visitor()];
    await Promise.all([ana.signIn(newAddress()), eve.signIn(newAddress("eve"))]);
    const { options, token } = await challenge(ana, "/account/passkeys/challenge");
    const form = { passkeyName: "Eve's", credential: await device.create(options), token };
    expect((await eve.post("/account/passkeys", form)).status).toBe(422);
    expect(await passkeyRows(device)).toEqual([]);
  });

  it("to the challenge of a sign-in is refused", async () => {
    const [host, device] = [platformHost(), await authenticator(ORIGIN)];
    const visitor = host.visitor();
    await visitor.signIn(newAddress());
    const { options } = await challenge(visitor, "/account/passkeys/challenge");
    const { options: other, token } = await challenge(visitor, "/sign-in/passkey/challenge");
    const mixed = { ...(options as object), challenge: (other as { challenge: string }).challenge } as never;
    const form = { passkeyName: "Mixed", credential: await device.create(mixed), token };
    expect((await visitor.post("/account/passkeys", form)).status).toBe(422);
  });

  it.each([
    ["", "Give the passkey a name"],
    ["x".repeat(61), "at most 60 characters"],
    ["a\u0000b", "control characters"],
  ])("with the name %j is refused beside the field", async (name, words) => {
    const [host, device] = [platformHost(), await authenticator(ORIGIN)];
    const visitor = host.visitor();
    await visitor.signIn(newAddress());
    const response = await register(visitor, device, {}, name);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(words);
    expect(await passkeyRows(device)).toEqual([]);
  });

  it.each(["", "null", "{}", "[]", "{", '{"id":1}', `{"id":"${"x".repeat(30_000)}"}`])(
    "that reads %j is refused",
    async (credential) => {
      const visitor = platformHost().visitor();
      await visitor.signIn(newAddress());
      const { token } = await challenge(visitor, "/account/passkeys/challenge");
      expect((await visitor.post("/account/passkeys", { passkeyName: "x", credential, token })).status).toBe(
        422,
      );
    },
  );
});

describe("an answer to a sign-in", () => {
  it.each<[string, Bends]>([
    ["from another site", { origin: "https://evil.example" }],
    ["from a group's host", { origin: "http://evil.localhost:8787" }],
    ["for another relying party", { rpId: "evil.example" }],
    ["without the person proven", { isVerified: false }],
    ["that is a registration", { type: "webauthn.create" }],
    ["of a copied authenticator, whose counter ran behind", { counter: 1 }],
    ["that names another account", { userHandle: "AAAAAAAAAAAAAAAAAAAAAA" }],
  ])("%s signs nobody in", async (_, bends) => {
    const { host, device } = await withPasskey();
    expect((await signIn(host.visitor(), device)).status).toBe(303);
    const visitor = host.visitor();
    const response = await signIn(visitor, device, bends);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("was not accepted");
    expect(visitor.cookies.size).toBe(0);
  });

  it("is accepted once", async () => {
    const { host, device } = await withPasskey();
    const { options, token } = await challenge(host.visitor(), "/sign-in/passkey/challenge");
    const form = { credential: await device.get(options), token };
    expect((await host.visitor().post("/sign-in/passkey", form)).status).toBe(303);
    expect((await host.visitor().post("/sign-in/passkey", form)).status).toBe(422);
  });

  it("after five minutes is too late", async () => {
    const { host, device } = await withPasskey();
    const { options, token } = await challenge(host.visitor(), "/sign-in/passkey/challenge");
    host.now += 5 * 60_000 + 1_000;
    const late = await host
      .visitor()
      .post("/sign-in/passkey", { credential: await device.get(options), token });
    expect(late.status).toBe(422);
  });

  it("by a key nobody registered signs nobody in", async () => {
    const response = await signIn(platformHost().visitor(), await authenticator(ORIGIN));
    expect(response.status).toBe(422);
  });

  it("signed by another key with a known name signs nobody in", async () => {
    const { host, device } = await withPasskey();
    const forger = await authenticator(ORIGIN);
    const { options, token } = await challenge(host.visitor(), "/sign-in/passkey/challenge");
    const credential = (await forger.get(options, { counter: 9 })).replaceAll(forger.id, device.id);
    const owned = JSON.parse(credential);
    owned.response.userHandle = undefined;
    const response = await host
      .visitor()
      .post("/sign-in/passkey", { credential: JSON.stringify(owned), token });
    expect(response.status).toBe(422);
  });

  it("leads to no other site", async () => {
    const { host, device } = await withPasskey();
    expect((await signIn(host.visitor(), device, {}, "//evil.example")).headers.get("Location")).toBe("/");
  });

  it("from one network stops after sixty in a quarter of an hour", async () => {
    const host = platformHost();
    const visitor = host.visitor({ "CF-Connecting-IP": "192.0.2.77" });
    const statuses = await Promise.all(
      Array.from(
        { length: 61 },
        async () => (await visitor.post("/sign-in/passkey", { credential: "{}", token: "" })).status,
      ),
    );
    expect(statuses.filter((status) => status === 422)).toHaveLength(60);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });
});
