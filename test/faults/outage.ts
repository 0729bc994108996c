import { setTimeout as sleep } from "node:timers/promises";
import type { Stage } from "./stage.ts";

export type OutageFigures = {
  seconds: number;
  signed: number;
  views: number;
  slowestSignatureMs: number;
  slowestViewMs: number;
  coldStarts: number;
};

const PAUSE_MS = 40;

/**
 * Supporters who come while D1 is down: they look at every page there is and sign, one after the other. Half-way, the whole
 * server is killed and started with empty memory. Throws at the first page or signature that is refused.
 */
export async function liveThrough(
  stage: Stage,
  how: "refuses" | "hangs",
  outageMs: number,
  signers: string,
): Promise<OutageFigures> {
  const figures: OutageFigures = {
    seconds: outageMs / 1000,
    signed: 0,
    views: 0,
    slowestSignatureMs: 0,
    slowestViewMs: 0,
    coldStarts: 0,
  };
  await stage.break({ d1: how });
  const endsAt = Date.now() + outageMs;
  while (Date.now() < endsAt) {
    if (figures.coldStarts === 0 && Date.now() > endsAt - outageMs / 2) {
      await stage.kill();
      await stage.restart();
      figures.coldStarts += 1;
    }
    const views = await timed(() => viewPages(stage));
    figures.views += views.result;
    figures.slowestViewMs = Math.max(figures.slowestViewMs, views.ms);
    const email = `${signers}${figures.signed}@supporters.example`;
    const signature = await timed(() => signAndBeThanked(stage, email, "while D1 was down"));
    figures.slowestSignatureMs = Math.max(figures.slowestSignatureMs, signature.ms);
    figures.signed += 1;
    await sleep(PAUSE_MS);
  }
  await stage.break({ d1: "works" });
  return figures;
}

/** Signs, follows to the page that says thank you, and throws when there is none. */
export async function signAndBeThanked(stage: Stage, email: string, comment: string): Promise<void> {
  const response = await stage.sign({ email, comment });
  const location = response.headers.get("location") ?? "";
  if (response.status !== 303 || !location.includes("/thanks"))
    throw new Error(`not thanked: ${response.status} ${location} ${await response.text()}`);
  const thanks = new URL(location, `http://${stage.host}`);
  await view(stage, thanks.pathname + thanks.search);
}

/** The group's page, the petition and its count. Gives how many pages that was. */
async function viewPages(stage: Stage): Promise<number> {
  const paths = ["/", stage.path, `${stage.path}/count.json`];
  await Promise.all(paths.map((path) => view(stage, path)));
  return paths.length;
}

async function view(stage: Stage, path: string): Promise<void> {
  const response = await stage.get(path);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`);
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { result, ms: Math.round(performance.now() - startedAt) };
}
