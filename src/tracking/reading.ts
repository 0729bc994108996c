import type { PublicContext } from "../actions/public-web";
import type { MailCopy } from "../platform/mail-keys";
import { agentOf } from "./agent";
import { readersOf } from "./objects";
import { agents } from "./types";

/** Notes an opening (link 0) or a click behind the answer: nobody waits for it, and one that fails is one that is not counted. */
export function noteReading(c: PublicContext, copy: MailCopy, linkNo: number): void {
  const { ctx, group } = c.var;
  if (copy.isProof || copy.mailingNo === 0 || c.req.method !== "GET") return;
  const network = c.req.raw.cf?.asOrganization;
  const agent = agentOf(
    c.req.raw,
    linkNo === 0 ? "open" : "click",
    typeof network === "string" ? network : "",
  );
  const reading = { p: copy.personNo, l: linkNo, s: Math.floor(ctx.now / 1_000), a: agents[agent] };
  const { readers, of } = readersOf(ctx.env, group, copy);
  ctx.later(Promise.resolve(readers.note(of, reading)));
}
