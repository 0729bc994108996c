import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { readImageHeader } from "../platform/image-header";
import { storeImage } from "./image";

const bytes = (hex: string, length = 0) => {
  const head = Uint8Array.fromHex(hex.replaceAll(" ", ""));
  const whole = new Uint8Array(Math.max(head.length, length));
  whole.set(head);
  return whole;
};

const png = bytes("89504e470d0a1a0a 0000000d 49484452 000004b0 00000276 0802000000");
const gif = bytes("474946383961 4001 f000 000000");
const jpegFrame = "ffc0 0011 08 0276 04b0 03";
const jpeg = bytes(`ffd8 ffe0 0004 0000 ffe1 0006 45786966 ${jpegFrame}`);
const lossy = bytes("52494646 00000000 57454250 56503820 00000000 000000 9d012a b004 7602");
const lossless = bytes(
  `52494646 00000000 57454250 5650384c 00000000 2f ${littleEndian(1_199 | (629 << 14))}`,
);
const extended = bytes("52494646 00000000 57454250 56503858 0a000000 00000000 af0400 750200");

function littleEndian(number: number): string {
  return [0, 8, 16, 24].map((shift) => ((number >>> shift) & 255).toString(16).padStart(2, "0")).join("");
}

describe("the header of a picture", () => {
  it("gives type and size of PNG, GIF, JPEG and the three forms of WebP", () => {
    expect(readImageHeader(png)).toEqual({ type: "png", width: 1_200, height: 630 });
    expect(readImageHeader(gif)).toEqual({ type: "gif", width: 320, height: 240 });
    expect(readImageHeader(jpeg)).toEqual({ type: "jpg", width: 1_200, height: 630 });
    for (const webp of [lossy, lossless, extended])
      expect(readImageHeader(webp)).toEqual({ type: "webp", width: 1_200, height: 630 });
  });

  it("is null for anything else, and for a file that is cut off", () => {
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
    const html = new TextEncoder().encode("GIF8<script>alert(1)</script>");
    expect(readImageHeader(svg)).toBeNull();
    expect(readImageHeader(html)).not.toMatchObject({ type: "png" });
    for (const whole of [png, jpeg, lossy, lossless, extended])
      expect(readImageHeader(whole.subarray(0, 18))).toBeNull();
    expect(readImageHeader(new Uint8Array())).toBeNull();
    expect(readImageHeader(bytes("ffd8 ffe0 0000 ffe0 0000 ffe0", 4_000))).toBeNull();
  });
});

describe("an uploaded picture", () => {
  const store = (file: Uint8Array<ArrayBuffer>) =>
    storeImage(contextOf(), { no: 7 }, new Blob([file], { type: "text/html" }));

  it("is stored under the group, with the type its bytes say and not the browser's", async () => {
    const stored = await store(png);
    if (typeof stored === "string") throw new Error(stored);
    expect(stored).toMatchObject({ width: 1_200, height: 630 });
    expect(stored.key).toMatch(/^groups\/7\/images\/[0-9a-f-]{36}\.png$/);
    const object = await env.FILES.get(stored.key);
    expect(object?.httpMetadata?.contentType).toBe("image/png");
    expect(await object?.bytes()).toEqual(png);
  });

  it("is refused, and not stored, when it is too large, no picture, or of a size no page shows", async () => {
    const before = (await env.FILES.list()).objects.length;
    expect(await store(bytes("89504e47", 5 * 1_024 * 1_024 + 1))).toBe("imageTooLarge");
    expect(await store(bytes("3c737667"))).toBe("notAnImage");
    expect(await store(bytes("89504e470d0a1a0a 0000000d 49484452 00ffffff 00ffffff 00"))).toBe("oddSize");
    expect(await store(bytes("89504e470d0a1a0a 0000000d 49484452 00000001 00000001 00"))).toBe("oddSize");
    expect((await env.FILES.list()).objects).toHaveLength(before);
  });
});
