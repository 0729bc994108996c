import { beforeAll, describe, expect, it } from "vitest";
import { confirmSubscription, readSns } from "./sns";

const TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail-events";
const NOW = Date.parse("2026-11-22T12:00:00Z");
const RSA = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem";

let keys: CryptoKeyPair;
let pem = "";
let asked: string[] = [];

/** A part in DER (X.690): what it is, how long, and what is in it. */
function der(tag: number, ...parts: (number[] | Uint8Array)[]): Uint8Array {
  const body = Uint8Array.from(parts.flatMap((part) => [...part]));
  const size = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Uint8Array.from([tag, ...size, ...body]);
}

/** The bones of a certificate around a public key (RFC 5280 §4.1). */
async function certificateFor(key: CryptoKey): Promise<string> {
  const spki = new Uint8Array((await crypto.subtle.exportKey("spki", key)) as ArrayBuffer);
  const algorithm = der(0x30, [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00]);
  const time = der(0x17, new TextEncoder().encode("260101000000Z"));
  const signed = der(
    0x30,
    der(0xa0, [0x02, 0x01, 0x02]),
    [0x02, 0x01, 0x01],
    algorithm,
    der(0x30),
    der(0x30, time, time),
    der(0x30),
    spki,
  );
  const whole = der(0x30, signed, algorithm, der(0x03, [0, 1, 2, 3]));
  return `-----BEGIN CERTIFICATE-----\n${whole.toBase64().replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
}

beforeAll(async () => {
  keys = (await crypto.subtle.generateKey({ ...RSA, hash: "SHA-256" }, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  pem = await certificateFor(keys.publicKey);
});

async function signed(changes: Record<string, string> = {}, hash = "SHA-256") {
  const message: Record<string, string> = {
    Type: "Notification",
    MessageId: "m-1",
    TopicArn: TOPIC,
    Message: '{"notificationType":"Bounce"}',
    Timestamp: "2026-11-22T11:59:00.000Z",
    SignatureVersion: hash === "SHA-256" ? "2" : "1",
    SigningCertURL: CERTIFICATE_URL,
    ...changes,
  };
  const names =
    message.Type === "Notification"
      ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
      : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
  const text = names
    .flatMap((name) => (message[name] === undefined ? [] : [`${name}\n${message[name]}\n`]))
    .join("");
  const pkcs8 = (await crypto.subtle.exportKey("pkcs8", keys.privateKey)) as ArrayBuffer;
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, { name: RSA.name, hash }, false, ["sign"]);
  const signature = new Uint8Array(await crypto.subtle.sign(RSA.name, key, new TextEncoder().encode(text)));
  return { ...message, Signature: signature.toBase64() };
}

const read = (message: Record<string, string> | string, now = NOW) =>
  readSns(typeof message === "string" ? message : JSON.stringify(message), {
    ...{ topics: [TOPIC], now },
    fetchCertificate: async (url) => {
      asked.push(url);
      return new Response(pem);
    },
  });

describe("a message of SNS", () => {
  it("is read when Amazon signed it, by either version, and the certificate is fetched once", async () => {
    asked = [];
    expect(await read(await signed())).toMatchObject({ is: "message", message: { MessageId: "m-1" } });
    expect(await read(await signed({ Subject: "Amazon SES" }))).toMatchObject({ is: "message" });
    expect(await read(await signed({}, "SHA-1"))).toMatchObject({ is: "message" });
    expect(asked).toEqual([CERTIFICATE_URL]);
  });

  it("is forged when anything in it was changed, or it is of another topic, old or unsigned", async () => {
    const message = await signed();
    const why = async (changes: Record<string, string>, now = NOW) => read({ ...message, ...changes }, now);
    expect(await why({ Message: "{}" })).toEqual({ is: "forged", why: "signature" });
    expect(await why({ MessageId: "m-2" })).toEqual({ is: "forged", why: "signature" });
    expect(await why({ Subject: "added" })).toEqual({ is: "forged", why: "signature" });
    expect(await why({ SignatureVersion: "1" })).toEqual({ is: "forged", why: "signature" });
    expect(await why({ Signature: "!!" })).toEqual({ is: "forged", why: "signature" });
    expect(await why({ Signature: "" })).toEqual({ is: "forged", why: "signature" });
    expect(await why({ TopicArn: `${TOPIC}-of-somebody-else` })).toEqual({ is: "forged", why: "topic" });
    expect(await why({}, NOW + 25 * 3_600_000)).toEqual({ is: "forged", why: "time" });
    expect(await read("")).toEqual({ is: "forged", why: "form" });
    expect(await read("[]")).toEqual({ is: "forged", why: "form" });
  });

  it("never asks anybody but Amazon for a certificate", async () => {
    asked = [];
    for (const url of [
      "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
      "http://sns.eu-west-1.amazonaws.com/x.pem",
      "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
      "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
      "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
      "https://s3.eu-west-1.amazonaws.com/bucket/x.pem",
      "https://sns.eu-west-1.amazonaws.com/x.pem.exe",
      // Its own host also gives out what others put there: a topic's name, an endpoint's data.
      "https://sns.eu-west-1.amazonaws.com/x.pem",
      "https://sns.eu-west-1.amazonaws.com/?Action=GetEndpointAttributes&x=.pem",
      `${CERTIFICATE_URL}?Action=GetEndpointAttributes`,
      "file:///etc/x.pem",
      "nonsense",
    ])
      expect(await read({ ...(await signed()), SigningCertURL: url }), url).toEqual({
        is: "forged",
        why: "certificate",
      });
    expect(asked).toEqual([]);
  });

  it("goes nowhere else for a certificate, wherever it is sent", async () => {
    const elsewhere = CERTIFICATE_URL.replace("-0.pem", "-1.pem");
    const message = JSON.stringify(await signed({ SigningCertURL: elsewhere }));
    const sentOn = {
      topics: [TOPIC],
      now: NOW,
      fetchCertificate: async (_: string, init?: { redirect: string }) =>
        init?.redirect === "manual"
          ? new Response(null, { status: 302, headers: { Location: "https://evil.example" } })
          : new Response(pem),
    };
    await expect(readSns(message, sentOn)).rejects.toThrow("no certificate: 302");
  });

  it("confirms a subscription at Amazon alone", async () => {
    const got: string[] = [];
    const get = async (url: string) => {
      got.push(url);
      return new Response("<ConfirmSubscriptionResponse/>");
    };
    const SubscribeURL = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=t`;
    const right = await read(await signed({ Type: "SubscriptionConfirmation", Token: "t", SubscribeURL }));
    if (right.is !== "message") throw new Error(right.why);
    expect(await confirmSubscription(right.message, get)).toBe(true);
    for (const other of [
      ...["https://evil.example/", "https://sns.eu-west-1.amazonaws.com/elsewhere", ""],
      SubscribeURL.replace("ConfirmSubscription", "DeleteTopic"),
      SubscribeURL.replace(TOPIC, `${TOPIC}-of-somebody-else`),
    ])
      expect(await confirmSubscription({ ...right.message, SubscribeURL: other }, get)).toBe(false);
    expect(got).toEqual([SubscribeURL]);
  });
});
