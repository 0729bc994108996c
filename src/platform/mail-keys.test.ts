import { expect, it } from "vitest";
import { MAIL_KEY_DAYS, mailKey, readMailKey } from "./mail-keys";

const keys = { current: "k1", keys: { k1: "a".repeat(43), k0: "b".repeat(43) } };
const copy = { groupNo: 7, mailingNo: 300, personNo: 1_234_567, isProof: false };
const NOW = Date.UTC(2026, 10, 22);

it("stands for one copy, short, and for a proof as well", async () => {
  const key = await mailKey(keys, copy, NOW);
  expect(key.length).toBeLessThan(45);
  expect(await readMailKey(keys, key, NOW)).toEqual(copy);
  const proof = await mailKey(keys, { ...copy, isProof: true }, NOW);
  expect(await readMailKey(keys, proof, NOW)).toEqual({ ...copy, isProof: true });
});

it("holds after the signing key was changed, and for its time", async () => {
  const key = await mailKey({ ...keys, current: "k0" }, copy, NOW);
  expect(await readMailKey(keys, key, NOW + (MAIL_KEY_DAYS - 1) * 86_400_000)).toEqual(copy);
  expect(await readMailKey(keys, key, NOW + (MAIL_KEY_DAYS + 1) * 86_400_000)).toBeNull();
});

it("is refused with any letter changed, cut, lengthened, or of another installation", async () => {
  const key = await mailKey(keys, copy, NOW);
  for (let at = 0; at < key.length; at += 1) {
    const other = key[at] === "A" ? "B" : "A";
    const forged = key.slice(0, at) + other + key.slice(at + 1);
    // The last letter of base64url holds bits that stand for nothing.
    if (at === key.length - 1 || key[at + 1] === ".") continue;
    expect(await readMailKey(keys, forged, NOW)).toBeNull();
  }
  for (const bad of ["", ".", key.slice(0, -1), `${key}A`, `${key}.x`, "../../etc", "💥"])
    expect(await readMailKey(keys, bad, NOW)).toBeNull();
  expect(await readMailKey({ current: "k2", keys: { k2: "c".repeat(43) } }, key, NOW)).toBeNull();
});
