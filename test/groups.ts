import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import type { Env } from "../src/env";
import { groups, hostnames } from "../src/groups/directory-tables";
import { type Group, type GroupSettings, groupSettings } from "../src/groups/types";
import { type Context, createContext } from "../src/platform/context";
import { newId } from "../src/platform/ids";

const behind: Promise<unknown>[] = [];

/** A context as a request has it; `settled` waits for the work it left behind. */
export function contextOf(bindings: Env = env, now = Date.now()): Context {
  return createContext(bindings, "test", (work) => void behind.push(work), now);
}

/** Waits for everything contexts of this file promised to do later. */
export async function settled(): Promise<void> {
  while (behind.length > 0) await behind.shift();
}

let made = 0;

/** A group of its own for one test, with the host name it answers at. Rows only: nothing is published. */
export async function makeGroup(
  changes: Partial<Omit<Group, "settings">> & { settings?: Partial<GroupSettings> } = {},
): Promise<{ group: Group; host: string }> {
  made += 1;
  const slug = `group-${made}-${newId().slice(-8)}`;
  const host = `${slug}.localhost`;
  const { directory } = contextOf();
  const [row] = await directory
    .insert(groups)
    .values({
      id: newId(),
      slug,
      name: `Group ${made}`,
      shard: "SHARD_01",
      timeZone: "America/Toronto",
      currency: "CAD",
      locale: "en",
      country: "CA",
      createdAt: 1,
      ...changes,
      settings: groupSettings.parse(changes.settings ?? {}),
    })
    .returning();
  if (!row) throw new Error("the group was not stored");
  const { groupNo, ...rest } = row;
  await directory.insert(hostnames).values({ host, groupNo, createdAt: 1 });
  return { group: { no: groupNo, ...rest }, host };
}

/** Changes columns of a group behind the back of everything that serves it. */
export async function changeGroup(group: Group, changes: Partial<typeof groups.$inferInsert>): Promise<void> {
  await contextOf().directory.update(groups).set(changes).where(eq(groups.groupNo, group.no));
}
