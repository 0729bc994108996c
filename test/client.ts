import { Agent, request as httpRequest, type IncomingMessage } from "node:http";

/** Talks to a running server over 127.0.0.1, naming the host it means: a resolver may not know `<group>.localhost`. */
export type Client = {
  /** The platform host as a browser knows it. Groups are at `http://<slug>.localhost:<port>`. */
  origin: string;
  port: number;
  platformHost: string;
  groupHost(slug: string): string;
  /** A request to the worker. Redirects are not followed. On a direct port CF-Connecting-IP arrives as sent. */
  fetch(host: string, path: string, init?: RequestInit): Promise<Response>;
  /** A request through everything a browser meets: static files first, compression, `request.cf`. */
  fetchWhole(host: string, path: string, init?: RequestInit): Promise<Response>;
  /** Fires a cron line, which a local runtime never does by itself. */
  cron(line: string): Promise<void>;
  /** Hands a raw message (RFC 5322, with a Message-ID) to the worker's `email()`; gives what the sender would be told. */
  receiveMail(mail: { from: string; to: string; raw: string }): Promise<{ status: number; text: string }>;
  /** Someone on one host who keeps cookies, sends the Origin header of their own pages, and follows redirects on that host. */
  visit(host: string): Visitor;
};

export type Visitor = {
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Posts a form as a browser would; a list repeats the field. */
  post(
    path: string,
    fields: Record<string, string | string[]>,
    headers?: Record<string, string>,
  ): Promise<Response>;
  /** Any other request, with the cookies and the Origin header, redirects not followed. */
  send(path: string, init?: RequestInit): Promise<Response>;
  cookies: Map<string, string>;
};

const REDIRECTS_MAX = 5;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** @param directPort the worker's own socket, where there is one (`startServer`). */
export function createClient(port: number, directPort = port): Client {
  const origin = `http://localhost:${port}`;
  const trigger = (path: string, init?: RequestInit) =>
    send(port, "localhost", `/cdn-cgi/local/${path}`, init);
  const client: Client = {
    origin,
    port,
    platformHost: `localhost:${port}`,
    groupHost: (slug) => `${slug}.localhost:${port}`,
    fetch: (host, path, init) => send(directPort, host, path, init),
    fetchWhole: (host, path, init) => send(port, host, path, init),
    cron: async (line) => {
      const response = await trigger(`scheduled?cron=${encodeURIComponent(line)}`);
      if (!response.ok) throw new Error(`the cron line failed: ${await response.text()}`);
    },
    receiveMail: async ({ from, to, raw }) => {
      const response = await trigger(`email?${new URLSearchParams({ from, to })}`, {
        method: "POST",
        body: raw,
      });
      return { status: response.status, text: await response.text() };
    },
    visit: (host) => createVisitor(client, host),
  };
  return client;
}

function createVisitor(client: Client, host: string): Visitor {
  const cookies = new Map<string, string>();
  const sendWithCookies: Visitor["send"] = async (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (cookies.size > 0)
      headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    if (init.method && init.method !== "GET" && !headers.has("origin"))
      headers.set("origin", `http://${host}`);
    const response = await client.fetch(host, path, { ...init, headers });
    for (const line of response.headers.getSetCookie()) keepCookie(cookies, line);
    return response;
  };
  const follow = async (response: Response, headers: Record<string, string>): Promise<Response> => {
    let current = response;
    for (let hop = 0; hop < REDIRECTS_MAX; hop++) {
      const location = current.headers.get("location");
      if (current.status < 300 || current.status > 399 || !location) return current;
      const target = new URL(location, `http://${host}`);
      if (target.host !== host) return current;
      current = await sendWithCookies(target.pathname + target.search, { headers });
    }
    throw new Error(`more than ${REDIRECTS_MAX} redirects`);
  };
  return {
    cookies,
    send: sendWithCookies,
    get: async (path, headers = {}) => follow(await sendWithCookies(path, { headers }), headers),
    post: async (path, fields, headers = {}) => {
      const pairs = Object.entries(fields).flatMap(([name, value]) =>
        [value].flat().map((each) => [name, each]),
      );
      const body = new URLSearchParams(pairs as [string, string][]).toString();
      const type = { "content-type": "application/x-www-form-urlencoded" };
      return follow(
        await sendWithCookies(path, { method: "POST", body, headers: { ...type, ...headers } }),
        headers,
      );
    },
  };
}

function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = "", ...attributes] = line.split(";");
  const [name = "", ...value] = pair.trim().split("=");
  const isGone = attributes.some(
    (attribute) => /^\s*max-age=0$/i.test(attribute) || /^\s*expires=Thu, 01 Jan 1970/i.test(attribute),
  );
  if (isGone) cookies.delete(name);
  else cookies.set(name, value.join("="));
}

/** `fetch` cannot set the Host header, so this speaks through node:http and gives a Response all the same. */
async function send(port: number, host: string, path: string, init?: RequestInit): Promise<Response> {
  // A Request encodes forms and parameters as a browser would, boundary and content type included.
  const encoded = new Request(`http://${host}${path}`, init);
  const body = encoded.body ? Buffer.from(await encoded.arrayBuffer()) : null;
  const headers = {
    ...Object.fromEntries(encoded.headers),
    host,
    ...(body && { "content-length": String(body.length) }),
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest(
      { agent, host: "127.0.0.1", port, path, method: encoded.method, headers },
      resolve,
    );
    request.once("error", reject);
    request.end(body ?? undefined);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const received = new Headers();
  for (let at = 0; at < answer.rawHeaders.length; at += 2) {
    received.append(answer.rawHeaders[at] ?? "", answer.rawHeaders[at + 1] ?? "");
  }
  const status = answer.statusCode ?? 500;
  return new Response(status === 204 || status === 304 ? null : Buffer.concat(chunks), {
    status,
    headers: received,
  });
}
