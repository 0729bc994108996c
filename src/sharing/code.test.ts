import { describe, expect, it } from "vitest";
import { type GroupId, idTime, newId, type ParticipationId } from "../platform/ids";
import { codeFor, readCode, tailOf } from "./code";

const pepper = "a pepper of at least thirty-two characters";
const group = newId<GroupId>();

describe("the code of a personal link", () => {
  it("leads back to the moment and the end of its participation, and is the same each time", async () => {
    for (let n = 0; n < 50; n += 1) {
      const id = newId<ParticipationId>();
      const code = await codeFor(pepper, group, id);
      if (code === null) throw new Error("no code");
      expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{12}$/);
      expect(await codeFor(pepper, group, id)).toBe(code);
      expect(await readCode(pepper, group, code)).toEqual({ at: idTime(id), tail: tailOf(id) });
    }
  });

  it("says nothing without the key: another group or pepper reads another moment", async () => {
    const id = newId<ParticipationId>();
    const code = (await codeFor(pepper, group, id)) ?? "";
    expect(await readCode(pepper, newId<GroupId>(), code)).not.toEqual({ at: idTime(id), tail: tailOf(id) });
    expect((await readCode(`${pepper}!`, group, code))?.at).not.toBe(idTime(id));
    expect(await codeFor(pepper, newId<GroupId>(), id)).not.toBe(code);
  });

  it("differs wholly between people who came one after the other", async () => {
    const ids = Array.from({ length: 40 }, () => newId<ParticipationId>());
    const codes = await Promise.all(ids.map((id) => codeFor(pepper, group, id)));
    expect(new Set(codes).size).toBe(40);
    expect(new Set(codes.map((code) => code?.slice(0, 2))).size).toBeGreaterThan(20);
  });

  it("is not given for an id that was not made of a moment", async () => {
    const random = "6f1c1b9e-4c56-4d0a-9f0e-3f2b7b1a2c3d" as ParticipationId;
    const old = "00000000-0001-7000-8000-000000000000" as ParticipationId;
    expect(await codeFor(pepper, group, random)).toBeNull();
    expect(await codeFor(pepper, group, old)).toBeNull();
  });

  it.each(["", "short", "k3j9x2m4tqabc", "IIIIIIIIIIII", "k3j9x2m4tab'", "k3j9x2m4tab "])(
    "is not %j",
    async (text) => {
      expect(await readCode(pepper, group, text)).toBeNull();
    },
  );
});
