import { Hono } from "hono";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import type { Key } from "../ui/i18n";
import { countDead, discardDead, listDead, replayDead, type Which } from "./dead-letter";
import { DeadLettersPage } from "./dead-letter-views";
import { EVENT_NAME_MAX, FORM_BYTES_MAX } from "./types";
import { numberIn, type OperatorEnv, pageProps } from "./web";

export const deadLetterRoutes = new Hono<OperatorEnv>();

const doneWords: Record<string, Key> = {
  replayed: "operations.dead.replayed",
  discarded: "operations.dead.discarded",
  nothing: "operations.dead.nothing",
};

deadLetterRoutes.get("/operations/dead-letters", async (c) => {
  const queue = c.req.query("queue") ?? null;
  const [counts, page, props] = await Promise.all([
    countDead(c.var.ctx),
    listDead(c.var.ctx, { queue, before: numberIn(c.req.query("before")) }),
    pageProps(c, doneWords),
  ]);
  return c.html(<DeadLettersPage {...props} {...page} counts={counts} queue={queue} />);
});

deadLetterRoutes.post("/operations/dead-letters/replays", async (c) => {
  const which = await queueIn(c.req.raw);
  return c.redirect(backTo("replayed", await replayDead(c.var.ctx, which, c.var.account)), 303);
});

deadLetterRoutes.post("/operations/dead-letters/discards", async (c) => {
  const which = await queueIn(c.req.raw);
  return c.redirect(backTo("discarded", await discardDead(c.var.ctx, which, c.var.account)), 303);
});

deadLetterRoutes.post("/operations/dead-letters/:no/replay", async (c) => {
  const which = letterIn(c.req.param("no"));
  return c.redirect(backTo("replayed", await replayDead(c.var.ctx, which, c.var.account)), 303);
});

deadLetterRoutes.post("/operations/dead-letters/:no/discard", async (c) => {
  const which = letterIn(c.req.param("no"));
  return c.redirect(backTo("discarded", await discardDead(c.var.ctx, which, c.var.account)), 303);
});

async function queueIn(request: Request): Promise<Which> {
  const { values } = await readForm(request, { bytesMax: FORM_BYTES_MAX });
  const queue = single(values, "queue");
  if (queue === "" || queue.length > EVENT_NAME_MAX) throw new AppError("bad_request", "queue");
  return { queue };
}

function letterIn(text: string): Which {
  const no = numberIn(text);
  if (no === null) throw new AppError("not_found");
  return { no };
}

function backTo(done: string, count: number): string {
  return `/operations/dead-letters?done=${count === 0 ? "nothing" : done}&count=${count}`;
}
