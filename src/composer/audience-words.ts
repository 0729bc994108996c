import { namesOf, sentence } from "../audiences/audience";
import type { Audience } from "../audiences/types";
import { askedAudience } from "../mailings/mirroring";
import type { Mailing } from "../mailings/types";
import { type MemberContext, shardOf } from "./web";

/** Who is meant, in a sentence. */
export async function wordsOf(c: MemberContext, audience: Audience, timeZone: string): Promise<string> {
  const { t, locale } = c.var;
  return sentence(audience, { t, locale, timeZone, names: await namesOf(shardOf(c), [audience]) });
}

/** Who a mailing is or was for, in a sentence; null while nobody is chosen. */
export async function askedWords(c: MemberContext, mailing: Mailing): Promise<string | null> {
  const audience = await askedAudience(shardOf(c), mailing);
  return audience && wordsOf(c, audience, c.var.group.timeZone);
}
