import { env } from "cloudflare:workers";
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { accountRoutes } from "../src/accounts/routes";
import { type WebEnv, withAccount } from "../src/accounts/web";
import type { Env } from "../src/env";
import { groupRoutes } from "../src/groups/routes";
import { createContext } from "../src/platform/context";
import { AppError } from "../src/platform/errors";
import type { MailQueued } from "../src/platform/mail/messages";
import { fakeQueue } from "./fake-mail";

export type PlatformHost = ReturnType<typeof platformHost>;
export type Visitor = ReturnType<PlatformHost["visitor"]>;

/**
 * The organisers' side of accounts and groups, with a clock that a test moves and mail that it reads.
 * @param mount adds routes of other features
 */
export function platformHost(changes: Partial<Env> = {}, mount: (app: Hono<WebEnv>) => unknown = () => {}) {
  const mail = fakeQueue<MailQueued>();
  const behind: Promise<unknown>[] = [];
  const host = { now: Date.now(), mail: mail.sent, visitor, settled };
  const bindings = { ...env, MAIL: mail.binding, ...changes };
  const app = new Hono<WebEnv>();
  app.use(async (c, next) => {
    c.set(
      "ctx",
      createContext(bindings, "test", (work) => void behind.push(work), host.now),
    );
    await next();
  });
  app.use(withAccount);
  app.route("/", accountRoutes);
  app.route("/", groupRoutes);
  mount(app);
  app.get("/", (c) => c.text(c.var.account?.email ?? "nobody"));
  app.onError((error, c) => {
    if (!(error instanceof AppError)) throw error;
    return c.json({ error: error.code }, error.status as ContentfulStatusCode);
  });

  async function settled(): Promise<void> {
    while (behind.length > 0) await behind.shift();
  }

  /** Somebody with a browser of their own: it keeps cookies and follows no redirect. */
  function visitor(headers: Record<string, string> = {}) {
    const cookies = new Map<string, string>();
    async function send(
      path: string,
      init: RequestInit = {},
      cf?: Record<string, string>,
    ): Promise<Response> {
      const all = new Headers({
        "CF-Connecting-IP": randomIp(),
        ...headers,
        ...Object.fromEntries(new Headers(init.headers)),
      });
      if (cookies.size > 0) all.set("Cookie", [...cookies].map((pair) => pair.join("=")).join("; "));
      const request = new Request(new URL(path, bindings.PLATFORM_ORIGIN), {
        ...init,
        headers: all,
        ...(cf && { cf }),
      });
      const response = await app.fetch(request, bindings);
      for (const line of response.headers.getSetCookie()) keep(line);
      return response;
    }
    function keep(line: string): void {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      if (/max-age=0/i.test(line)) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return {
      cookies,
      send,
      get: (path: string, cf?: Record<string, string>) => send(path, {}, cf),
      post: (path: string, fields: Record<string, string> = {}) =>
        send(path, { method: "POST", body: new URLSearchParams(fields) }),
      /** Through the development door. */
      signIn: async (email: string) => {
        const response = await send(`/dev/sign-in?email=${encodeURIComponent(email)}`);
        if (response.status !== 303) throw new Error(`not signed in: ${response.status}`);
      },
    };
  }
  return host;
}

/** Each visitor's own network, so that limits of one test do not meet another's. */
function randomIp(): string {
  const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint8Array(3));
  return `10.${a}.${b}.${c}`;
}

/** The first link of a captured mail, as path and query. */
export function linkIn(mail: { body: MailQueued } | undefined, pathStart: string): string {
  for (const [url] of mail?.body.message.text.matchAll(/https?:\/\/\S+/g) ?? []) {
    const { pathname, search } = new URL(url);
    if (pathname.startsWith(pathStart)) return pathname + search;
  }
  throw new Error(`no link to ${pathStart}`);
}

let people = 0;

/** An address nobody else of this file has. */
export function newAddress(name = "ana"): string {
  people += 1;
  return `${name}-${people}-${crypto.randomUUID().slice(0, 8)}@example.org`;
}
