import { isoCBOR } from "@simplewebauthn/server/helpers";
import { sha256, toBase64Url } from "../src/platform/crypto";

type Creation = {
  challenge: string;
  rp: { id?: string };
  user: { id: string };
  excludeCredentials?: { id: string }[];
};
type Request = { challenge: string; rpId?: string };

/** What a test may bend, so that it can show that a check bites. */
type Bends = {
  origin?: string;
  rpId?: string;
  isVerified?: boolean;
  counter?: number;
  userHandle?: string;
  type?: string;
};

const PRESENT = 0x01;
const VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

/** A passkey in software: a real ES256 key that answers WebAuthn ceremonies as a device does (WebAuthn level 3 §6). */
export async function authenticator(origin: string) {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const keys = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  const { x = "", y = "" } = (await crypto.subtle.exportKey("jwk", keys.publicKey)) as JsonWebKey;
  const rawId = crypto.getRandomValues(new Uint8Array(16));
  const id = toBase64Url(rawId);
  let counter = 0;
  let userHandle = "";

  async function data(
    rpId: string,
    bends: Bends,
    attested = new Uint8Array(),
  ): Promise<Uint8Array<ArrayBuffer>> {
    counter = bends.counter ?? counter + 1;
    const flags =
      PRESENT | (bends.isVerified === false ? 0 : VERIFIED) | (attested.length > 0 ? HAS_CREDENTIAL : 0);
    const count = new Uint8Array(4);
    new DataView(count.buffer).setUint32(0, counter);
    return joined(await sha256(bends.rpId ?? rpId), new Uint8Array([flags]), count, attested);
  }

  function clientData(type: string, challenge: string, bends: Bends): Uint8Array<ArrayBuffer> {
    const whole = { type: bends.type ?? type, challenge, origin: bends.origin ?? origin, crossOrigin: false };
    return Uint8Array.from(new TextEncoder().encode(JSON.stringify(whole)));
  }

  return {
    id,
    async create(options: Creation, bends: Bends = {}) {
      userHandle = options.user.id;
      const cose = isoCBOR.encode(
        new Map<number, number | Uint8Array>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, base64UrlBytes(x)],
          [-3, base64UrlBytes(y)],
        ]),
      );
      const length = new Uint8Array([rawId.length >> 8, rawId.length & 0xff]);
      const attested = joined(new Uint8Array(16), length, rawId, cose);
      const authData = await data(options.rp.id ?? "", bends, attested);
      const attestation = isoCBOR.encode(
        new Map<string, unknown>([
          ["fmt", "none"],
          ["attStmt", new Map()],
          ["authData", authData],
        ]) as Map<string, string>,
      );
      const clientDataJSON = toBase64Url(clientData("webauthn.create", options.challenge, bends));
      const response = {
        clientDataJSON,
        attestationObject: toBase64Url(attestation),
        transports: ["internal"],
      };
      return JSON.stringify({ id, rawId: id, type: "public-key", clientExtensionResults: {}, response });
    },
    async get(options: Request, bends: Bends = {}) {
      const authData = await data(options.rpId ?? "", bends);
      const client = clientData("webauthn.get", options.challenge, bends);
      const signed = joined(authData, new Uint8Array(await crypto.subtle.digest("SHA-256", client)));
      const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, keys.privateKey, signed);
      const response = {
        clientDataJSON: toBase64Url(client),
        authenticatorData: toBase64Url(authData),
        signature: toBase64Url(derOf(new Uint8Array(raw))),
        userHandle: bends.userHandle ?? userHandle,
      };
      return JSON.stringify({ id, rawId: id, type: "public-key", clientExtensionResults: {}, response });
    },
  };
}

function base64UrlBytes(text: string): Uint8Array {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** WebCrypto gives r and s side by side; authenticators send them as ASN.1 (WebAuthn §6.5.5). */
function derOf(raw: Uint8Array): Uint8Array {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map((part) => {
    const start = part.findIndex((byte) => byte !== 0);
    const digits = part.subarray(start);
    const isNegative = (digits[0] ?? 0) >= 0x80;
    return joined(
      new Uint8Array([2, digits.length + (isNegative ? 1 : 0), ...(isNegative ? [0] : [])]),
      digits,
    );
  });
  const body = joined(...integers);
  return joined(new Uint8Array([0x30, body.length]), body);
}
