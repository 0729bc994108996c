import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import chromium, { inflate } from "@sparticuz/chromium";
import type { AxeResults, RunOptions } from "axe-core";
import {
  type BrowserContext,
  type BrowserServer,
  type LaunchOptions,
  type Page,
  chromium as playwright,
} from "playwright-core";

export type PageOptions = {
  /** CSS pixels; below 600 the page is shown as a phone shows it, with touch. */
  width?: number;
  height?: number;
  theme?: "light" | "dark";
  /** What the browser asks for in Accept-Language, such as `fr`. */
  locale?: string;
  /** Off proves that a page works without script. */
  script?: boolean;
};

export type TestBrowser = {
  /** A page in a fresh context: no cookies of other pages. */
  newPage(options?: PageOptions): Promise<Page>;
  /** Another page that shares the cookies of this context. */
  newContext(options?: PageOptions): Promise<BrowserContext>;
  close(): Promise<void>;
};

const PHONE_WIDTH_MAX = 600;
const DEFAULTS = { width: 1280, theme: "light", locale: "en", script: true } as const;

/**
 * Opens a real Chromium: that of `serveBrowser` at an address, else one of its own. `*.localhost` is this machine to it, so groups are
 * reached as `http://<slug>.localhost:<port>`.
 */
export async function openBrowser(address?: string): Promise<TestBrowser> {
  const browser = await (address
    ? playwright.connect(address)
    : launchWith((options) => playwright.launch(options)));
  const newContext = (options: PageOptions = {}) => browser.newContext(contextOptions(options));
  return {
    newContext,
    newPage: async (options) => (await newContext(options)).newPage(),
    close: () => browser.close(),
  };
}

function contextOptions(options: PageOptions) {
  const { width, theme, locale, script } = { ...DEFAULTS, ...options };
  const isPhone = width < PHONE_WIDTH_MAX;
  return {
    viewport: { width, height: options.height ?? (isPhone ? 667 : 800) },
    colorScheme: theme,
    locale,
    javaScriptEnabled: script,
    hasTouch: isPhone,
    isMobile: isPhone,
    reducedMotion: "reduce" as const,
  };
}

/** Unpacks the Chromium of the npm package once per machine, and gives its path; null where the installed Chrome is used. */
export async function chromiumPath(): Promise<string | null> {
  return process.platform === "linux" ? chromium.executablePath() : null;
}

/** Starts a Chromium that several processes may open, each with contexts of its own: starting one costs more than most stories. */
export function serveBrowser(): Promise<BrowserServer> {
  return launchWith((options) => playwright.launchServer(options));
}

async function launchWith<B>(start: (options: LaunchOptions) => Promise<B>): Promise<B> {
  const executablePath = await chromiumPath();
  if (!executablePath) return start({ channel: "chrome" });
  const env = { ...process.env, FONTCONFIG_FILE: fontConfig() };
  // Containers run as root, where Chromium refuses its sandbox; the only pages opened are our own.
  const options = { executablePath, args: ["--no-sandbox"] };
  try {
    return await start({ ...options, env });
  } catch (error) {
    if (!String(error).includes("shared libraries")) throw error;
    return start({ ...options, env: { ...env, LD_LIBRARY_PATH: await sharedLibraries() } });
  }
}

/** The few libraries Chromium links to (NSS, expat), for a machine that lacks them. */
async function sharedLibraries(): Promise<string> {
  const packed = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  return join(await inflate(join(dirname(packed), "../bin/al2023.tar.br")), "lib");
}

/** The package's Open Sans first, so that text takes the same room on every machine, then what the machine has. */
function fontConfig(): string {
  const file = join(tmpdir(), "fonts", "groundswell.conf");
  if (existsSync(file)) return file;
  const prefer = ["system-ui", "sans-serif"].map(
    (family) => `<alias><family>${family}</family><prefer><family>Open Sans</family></prefer></alias>`,
  );
  const folders = [join(tmpdir(), "fonts"), "/usr/share/fonts", "/usr/local/share/fonts"];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
    ${folders.map((folder) => `<dir>${folder}</dir>`).join("")}<cachedir>${join(tmpdir(), "fonts-cache")}</cachedir>
    ${prefer.join("\n")}</fontconfig>`,
  );
  return file;
}

/** The short form: every page reads it anew. */
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Every rule that axe-core has on by itself, and the one of WCAG 2.2 AA that it leaves off: targets are large enough. */
const AXE_OPTIONS: RunOptions = {
  resultTypes: ["violations"],
  // Style sheets and media are read ahead for two rules: one is off by itself, the other is of sound, which no page of ours has.
  preload: false,
  rules: { "target-size": { enabled: true } },
};

/**
 * What axe-core finds wrong with the page as it is shown now, one line a place; empty is what a test wants.
 * It is evaluated, not added as a script, since our pages allow no inline script.
 * @param skipped names of rules not to try, such as the slow `color-contrast` on a page that has been through it.
 */
export function accessibilityViolations(page: Page, skipped: string[] = []): Promise<string[]> {
  const rules = Object.fromEntries(skipped.map((rule) => [rule, { enabled: false }]));
  return violationsOf(page, { ...AXE_OPTIONS, rules: { ...AXE_OPTIONS.rules, ...rules } });
}

/** The same of what may change with the theme and the width alone: colours, and the size of what is tapped. */
export function visibleViolations(page: Page): Promise<string[]> {
  const runOnly = ["color-contrast", "link-in-text-block", "target-size"];
  return violationsOf(page, { resultTypes: ["violations"], preload: false, runOnly });
}

/** Has every page of a context come with axe-core: sending it to each page anew is half a megabyte through three programs. */
export function keepAxe(context: BrowserContext): Promise<unknown> {
  return context.addInitScript({ content: axeSource });
}

async function violationsOf(page: Page, options: RunOptions): Promise<string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(`${axeSource}; undefined`);
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(" ")} (${failureSummary})`),
  );
}

/** The whole page as a PNG, under `.wrangler/screenshots` unless another folder is named. Gives the path. */
export async function screenshot(
  page: Page,
  name: string,
  folder = join(import.meta.dirname, "../.wrangler/screenshots"),
): Promise<string> {
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, fullPage: true, animations: "disabled" });
  return path;
}

/**
 * What went wrong in the page from now on: script errors, console errors, refused or failed requests, and requests to any
 * host that is not this machine.
 */
export function watchForTrouble(page: Page): string[] {
  const trouble: string[] = [];
  page.on("pageerror", (error) => trouble.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") trouble.push(`console: ${message.text()}`);
  });
  page.on("requestfailed", (request) => {
    const error = request.failure()?.errorText;
    // The page was left while something was on its way to it: nothing that a server or a policy refused ends so.
    if (error !== "net::ERR_ABORTED") trouble.push(`failed: ${request.url()} ${error}`);
  });
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isOurs = hostname === "localhost" || hostname.endsWith(".localhost");
    if (protocol.startsWith("http") && !isOurs) trouble.push(`third party: ${request.url()}`);
  });
  return trouble;
}
