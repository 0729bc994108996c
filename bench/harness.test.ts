import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compare, describe, figure, results, summarise } from "./harness.ts";
import { load } from "./load.ts";

let server: Server;
let port = 0;
const received: { method: string; url: string; host: string; body: string }[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", url = "", headers } = request;
    received.push({ method, url, host: headers.host ?? "", body: Buffer.concat(chunks).toString() });
    if (url === "/chunked") {
      response.write("a".repeat(50_000));
      setTimeout(() => response.end("b".repeat(50_000)), 2);
    } else if (url === "/moved") response.writeHead(303, { location: "/" }).end();
    else if (url === "/broken") response.writeHead(500).end("no");
    else response.end("x".repeat(100_000));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address ? address.port : 0;
});

afterAll(() => server.close());

test("the generator sends exactly the requests asked for, each once, with its own body and host", async () => {
  received.length = 0;
  const result = await load({
    port,
    host: "group.localhost",
    connections: 7,
    requestsMax: 100,
    request: (index) => ({ method: "POST", path: `/${index}`, body: `n=${index}&é` }),
  });
  expect(result).toMatchObject({ requests: 100, failed: 0, statuses: { 200: 100 } });
  expect(new Set(received.map(({ url }) => url)).size).toBe(100);
  expect(
    received.every(({ url, host, body }) => host === "group.localhost" && body === `n=${url.slice(1)}&é`),
  ).toBe(true);
});

test("the generator waits for the end of chunked answers, and reads answers without a body", async () => {
  const chunked = await load({
    port,
    host: "x",
    connections: 3,
    requestsMax: 12,
    request: () => ({ path: "/chunked" }),
  });
  expect(chunked).toMatchObject({ requests: 12, failed: 0 });
  expect(chunked.latency.p50).toBeGreaterThan(1.5);
  const moved = await load({ port, host: "x", requestsMax: 12, request: () => ({ path: "/moved" }) });
  expect(moved).toMatchObject({ requests: 12, statuses: { 303: 12 }, failed: 0 });
});

test("an answer that is no success is counted as failed", async () => {
  const result = await load({ port, host: "x", requestsMax: 5, request: () => ({ path: "/broken" }) });
  expect(result).toMatchObject({ requests: 5, failed: 5, statuses: { 500: 5 } });
});

test("the generator stops when its time is over", async () => {
  const result = await load({
    port,
    host: "x",
    connections: 2,
    durationMs: 200,
    request: () => ({ path: "/" }),
  });
  expect(result.seconds).toBeLessThan(1);
  expect(result.requests).toBeGreaterThan(0);
});

test("a server that is not there is an error, not a slow result", async () => {
  await expect(
    load({ port: 1, host: "x", requestsMax: 1, request: () => ({ path: "/" }) }),
  ).rejects.toThrow();
});

test("candidate and baseline take turns, and each neighbouring pair gives one ratio", async () => {
  const order: string[] = [];
  const run = (name: string, rate: number) => async () => {
    order.push(name);
    return rate;
  };
  const result = await compare(
    "x",
    { candidate: run("a", 50), baseline: run("b", 100) },
    { unit: "u/s", repeats: 3 },
  );
  expect(order.join("")).toBe("ababbaab");
  expect(result).toMatchObject({ ratio: 0.5, spread: [0.5, 0.5], isMet: true });
});

test("the ratio is the median of ratios, so that one disturbed pair does not decide", () => {
  const pairs = [
    { candidate: 10, baseline: 10 },
    { candidate: 1, baseline: 10 },
    { candidate: 9, baseline: 10 },
  ];
  const result = summarise("x", pairs, { unit: "u/s", atLeast: 0.95 });
  expect(result).toMatchObject({ ratio: 0.9, spread: [0.1, 1], isMet: false });
  expect(describe(result)).toContain("✗");
});

test("a figure above its promise is not met", () => {
  expect(figure("rows", 5, { unit: "rows", atMost: 4 }).isMet).toBe(false);
  expect(figure("rows", 4, { unit: "rows", atMost: 4 }).isMet).toBe(true);
  expect(results.at(-1)).toMatchObject({ name: "rows", value: 4 });
});
