import { describe, expect, it } from "vitest";
import { clockOf } from "./clock";
import { beginning, discard, isUploadGone, type Making, type MakingDeps, makeOn } from "./making";
import type { Source } from "./source";

const PART = 64;
const encoder = new TextEncoder();

/** Rows of different lengths, a few at a time; the cursor is the number of the next one. */
function sourceOfRows(count: number, each = 3): Source & { reads: string[] } {
  const reads: string[] = [];
  return {
    reads,
    expected: async () => count,
    async read(cursor) {
      reads.push(cursor ?? "start");
      const from = Number(cursor ?? 0);
      const upTo = Math.min(from + each, count);
      let text = "";
      for (let row = from; row < upTo; row += 1) text += `row ${row} ${"x".repeat(row % 11)}\n`;
      return { bytes: encoder.encode(text), rows: upTo - from, next: upTo < count ? String(upTo) : null };
    },
  };
}

/** R2 as far as a multipart upload needs it, with its own rules: parts of one size but the last, complete once. */
function bucketOf() {
  const objects = new Map<string, Uint8Array>();
  const uploads = new Map<string, Map<number, Uint8Array>>();
  const resume = (key: string, uploadId: string) => ({
    key,
    uploadId,
    async uploadPart(partNumber: number, bytes: Uint8Array) {
      const parts = uploads.get(uploadId);
      if (!parts) throw new Error("uploadPart: The specified multipart upload does not exist. (10024)");
      parts.set(partNumber, bytes.slice());
      return { partNumber, etag: `${partNumber}-${bytes.length}` };
    },
    async complete(listed: { partNumber: number; etag: string }[]) {
      const parts = uploads.get(uploadId);
      if (!parts) throw new Error("complete: The specified multipart upload does not exist. (10024)");
      const bodies = listed.map(({ partNumber, etag }) => {
        const body = parts.get(partNumber);
        if (!body || etag !== `${partNumber}-${body.length}`) throw new Error("no such part");
        return body;
      });
      if (bodies.slice(0, -1).some(({ length }) => length !== PART))
        throw new Error("parts of different sizes");
      objects.set(key, encoder.encode(bodies.map((body) => new TextDecoder().decode(body)).join("")));
      uploads.delete(uploadId);
      return {};
    },
    async abort() {
      uploads.delete(uploadId);
    },
  });
  const bucket = {
    async put(key: string, body: Uint8Array) {
      objects.set(key, body.slice());
      return null;
    },
    async head(key: string) {
      const object = objects.get(key);
      return object ? { size: object.length } : null;
    },
    async createMultipartUpload(key: string) {
      const uploadId = `upload-${uploads.size + 1}-${Math.random()}`;
      uploads.set(uploadId, new Map());
      return resume(key, uploadId);
    },
    resumeMultipartUpload: resume,
  };
  return { objects, uploads, bucket: bucket as unknown as MakingDeps["bucket"] };
}

/** Makes a whole file, saving each step as it is said; `fault` may throw at any call that leaves the process. */
async function make(rows: number, fault: (call: string) => void = () => undefined, turns = 1_000) {
  const { objects, uploads, bucket } = bucketOf();
  const source = sourceOfRows(rows);
  let saved: Making = beginning;
  const watched = <F extends (...given: never[]) => unknown>(name: string, call: F) =>
    ((...given: never[]) => {
      fault(name);
      const answer = call(...given);
      return answer instanceof Promise
        ? answer.then((value) => {
            fault(`${name} after`);
            return value;
          })
        : answer;
    }) as F;
  const resume = bucket.resumeMultipartUpload;
  const deps: MakingDeps = {
    key: "file",
    metadata: {},
    partBytes: PART,
    mayGoOn: () => true,
    source: { ...source, read: watched("read", source.read) },
    bucket: {
      put: watched("put", bucket.put),
      head: bucket.head,
      createMultipartUpload: watched("create", bucket.createMultipartUpload),
      resumeMultipartUpload: (key: string, id: string) => {
        const upload = resume(key, id);
        return {
          ...upload,
          uploadPart: watched("part", upload.uploadPart),
          complete: watched("complete", upload.complete),
        };
      },
    } as unknown as MakingDeps["bucket"],
    save: watched("save", async (step: Making) => {
      saved = structuredClone(step);
      return true;
    }),
  };
  let outcome = "more";
  for (let turn = 0; turn < turns && outcome === "more"; turn += 1) {
    outcome = await makeOn(deps, saved).catch((error: Error) => {
      if (error.message !== "killed") throw error;
      return "more" as const;
    });
  }
  const file = objects.get("file");
  return { outcome, text: file ? new TextDecoder().decode(file) : null, saved, uploads };
}

const whole = (count: number) =>
  Array.from({ length: count }, (_, row) => `row ${row} ${"x".repeat(row % 11)}\n`).join("");

describe("making a file", () => {
  it.each([0, 1, 7, 8, 40, 333])("of %i rows, of no part, one or many, has each row once", async (count) => {
    const { outcome, text, saved } = await make(count);
    expect(outcome).toBe("done");
    expect(text).toBe(whole(count));
    expect(saved).toMatchObject({ rows: count, bytes: whole(count).length });
  });

  it("killed at any step, before it or after, has each row once all the same", async () => {
    const calls: string[] = [];
    await make(60, (call) => void calls.push(call));
    expect(new Set(calls)).toEqual(
      new Set(["read", "create", "part", "complete", "save"].flatMap((call) => [call, `${call} after`])),
    );
    for (let at = 0; at < calls.length; at += 1) {
      let seen = 0;
      const { outcome, text } = await make(60, () => {
        seen += 1;
        if (seen === at + 1) throw new Error("killed");
      });
      expect({ at: calls[at], outcome, text }).toEqual({ at: calls[at], outcome: "done", text: whole(60) });
    }
  });

  it("killed again and again still comes to its end", async () => {
    let seen = 0;
    const { outcome, text } = await make(200, () => {
      seen += 1;
      if (seen % 23 === 0) throw new Error("killed");
    });
    expect(outcome).toBe("done");
    expect(text).toBe(whole(200));
  });

  it("lets others have a turn, and goes on where it was", async () => {
    const { objects, bucket } = bucketOf();
    const source = sourceOfRows(100);
    let saved: Making = beginning;
    const deps: MakingDeps = {
      ...{ bucket, key: "file", metadata: {}, source, partBytes: PART, mayGoOn: () => false },
      save: async (step) => {
        saved = step;
        return true;
      },
    };
    let turns = 0;
    while ((await makeOn(deps, saved)) === "more") turns += 1;
    expect(turns).toBeGreaterThan(30);
    expect(new Set(source.reads).size).toBe(source.reads.length);
    expect(new TextDecoder().decode(objects.get("file"))).toBe(whole(100));
  });

  it("that nobody wants any more leaves no upload behind", async () => {
    const { uploads, objects, bucket } = bucketOf();
    const deps: MakingDeps = {
      ...{ bucket, key: "file", metadata: {}, source: sourceOfRows(100), partBytes: PART },
      ...{ mayGoOn: () => true, save: async (step: Making) => step.parts.length < 3 },
    };
    expect(await makeOn(deps, beginning)).toBe("stopped");
    expect([uploads.size, objects.size]).toEqual([0, 0]);
    await discard(deps, { upload: "gone long ago" });
  });

  it("whose upload R2 has forgotten says so, to be begun anew", async () => {
    const { bucket } = bucketOf();
    const deps: MakingDeps = {
      ...{ bucket, key: "file", metadata: {}, source: sourceOfRows(100), partBytes: PART },
      ...{ mayGoOn: () => true, save: async () => true },
    };
    const error = await makeOn(deps, { ...beginning, upload: "old", cursor: "50" }).catch((caught) => caught);
    expect(isUploadGone(error)).toBe(true);
    expect(isUploadGone(new Error("D1 is away"))).toBe(false);
  });
});

describe("moments of a file", () => {
  it("are those of the zone's clocks, before and after they change", () => {
    const toronto = clockOf("America/Toronto");
    expect(toronto(Date.UTC(2026, 2, 8, 6, 59, 59))).toBe("2026-03-08T01:59:59-05:00");
    expect(toronto(Date.UTC(2026, 2, 8, 7, 0, 0))).toBe("2026-03-08T03:00:00-04:00");
    expect(clockOf("Asia/Kathmandu")(0)).toBe("1970-01-01T05:30:00+05:30");
    expect(clockOf("Asia/Kathmandu")(Date.UTC(2026, 0, 1))).toBe("2026-01-01T05:45:00+05:45");
    expect(clockOf("UTC")(-1)).toBe("1969-12-31T23:59:59+00:00");
  });
});
