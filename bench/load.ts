import { connect, type Socket } from "node:net";

/** One request, as text ready for the wire; `Host` and `Content-Length` are added here. */
export type LoadRequest = {
  method?: "GET" | "POST";
  path: string;
  headers?: Record<string, string>;
  body?: string;
};

export type LoadOptions = {
  port: number;
  /** The Host header of every request that does not name its own. */
  host: string;
  /** Keep-alive connections, each with one request under way at a time (no pipelining). */
  connections?: number;
  /** Stop after this many answers, or after this time, whichever is first. */
  requestsMax?: number;
  durationMs?: number;
  /** The request with this number (0, 1, …); called once for each. */
  request: (index: number) => LoadRequest;
  /** Statuses that count as a success. A run with any other answer fails. */
  accept?: (status: number) => boolean;
};

export type LoadResult = {
  requests: number;
  seconds: number;
  perSecond: number;
  /** Milliseconds from sending to the last byte. */
  latency: { p50: number; p95: number; p99: number; max: number };
  statuses: Record<number, number>;
  failed: number;
};

const CONNECTIONS = 32;
const CRLF2 = Buffer.from("\r\n\r\n");

/**
 * Sends requests over keep-alive sockets and waits for each answer. It speaks just enough HTTP/1.1 (RFC 9112) to find where
 * an answer ends, so that it costs a fraction of what it measures; `bench/run.ts` prints its ceiling beside the figures.
 * Throws when a connection fails.
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const limits = {
    requests: options.requestsMax ?? Number.POSITIVE_INFINITY,
    ms: options.durationMs ?? 60_000,
  };
  const accept = options.accept ?? ((status) => status < 400);
  const run = {
    started: performance.now(),
    issued: 0,
    latencies: [] as number[],
    statuses: new Map<number, number>(),
    failed: 0,
  };
  const mayIssue = () => run.issued < limits.requests && performance.now() - run.started < limits.ms;

  const connections = Math.min(options.connections ?? CONNECTIONS, limits.requests);
  await Promise.all(
    Array.from({ length: connections }, () =>
      converse(options, {
        next: () => (mayIssue() ? encode(options.request(run.issued++), options.host) : null),
        answered: (status, ms) => {
          run.latencies.push(ms);
          run.statuses.set(status, (run.statuses.get(status) ?? 0) + 1);
          if (!accept(status)) run.failed++;
        },
      }),
    ),
  );
  const seconds = (performance.now() - run.started) / 1000;
  return {
    requests: run.latencies.length,
    seconds,
    perSecond: run.latencies.length / seconds,
    latency: percentiles(run.latencies),
    statuses: Object.fromEntries(run.statuses),
    failed: run.failed,
  };
}

type Conversation = { next: () => Buffer | null; answered: (status: number, ms: number) => void };

/** One connection: send, read to the end of the answer, repeat until there is no next request. */
function converse(options: LoadOptions, talk: Conversation): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port: options.port, host: "127.0.0.1", noDelay: true });
    let sentAt = 0;
    let pending: Buffer | null = null;
    const send = () => {
      const bytes = talk.next();
      if (!bytes) return socket.end(resolve);
      sentAt = performance.now();
      socket.write(bytes);
    };
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the server closed a connection")));
    socket.on("data", (chunk) => {
      const bytes = pending ? Buffer.concat([pending, chunk]) : chunk;
      const answer = parseAnswer(bytes);
      pending = answer ? null : bytes;
      if (!answer) return;
      talk.answered(answer.status, performance.now() - sentAt);
      if (answer.closes) reject(new Error("the server refused to keep the connection"));
      send();
    });
  });
}

function encode(request: LoadRequest, host: string): Buffer {
  const headers = { Host: host, ...request.headers };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const body = request.body ?? "";
  if (request.method === "POST") lines.push(`Content-Length: ${Buffer.byteLength(body)}\r\n`);
  return Buffer.from(`${request.method ?? "GET"} ${request.path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

/** The status once the whole answer is there, else null. */
function parseAnswer(bytes: Buffer): { status: number; closes: boolean } | null {
  const headEnd = bytes.indexOf(CRLF2);
  if (headEnd < 0) return null;
  const head = bytes.toString("latin1", 0, headEnd).toLowerCase();
  const status = Number(head.slice(9, 12));
  const bodyStart = headEnd + 4;
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  const isWhole =
    status === 304 || status === 204
      ? true
      : length !== undefined
        ? bytes.length >= bodyStart + Number(length)
        : bytes.length >= bodyStart + 5 && bytes.toString("latin1", bytes.length - 5) === "0\r\n\r\n";
  return isWhole ? { status, closes: head.includes("\r\nconnection: close") } : null;
}

function percentiles(latencies: number[]): LoadResult["latency"] {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
