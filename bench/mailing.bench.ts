import { MailProvider } from "../test/faults/mail-provider.ts";
import { signIn, startGroup } from "../test/seed.ts";
import type { Server } from "../test/server.ts";
import { world } from "../test/world.ts";
import { cpuSecondsOf } from "./cpu.ts";
import { compare, figure, withServer } from "./harness.ts";

// What a mailing costs in time: freezing an audience with its reasons, and the work of consumers (claimed, rendered, handed over to a
// provider that speaks HTTP, settled) beside bare loops of the same template, of which each does more. The mail is of a usual size.

const PEOPLE = 100_000;
const FROZEN_PER_SECOND = 300_000;
const MAILS = 1_000;
const CONSUMERS = 4;
const SEND_OPTIONS = { unit: "mails/s a core", repeats: 3 };
/** What a send is seen beside; docs/decisions/0037 says of which the promise is. */
const LIMITS = [
  { name: "LiquidJS and MIME", path: "/plain", count: 1_000, atLeast: { atLeast: 0.65 } },
  { name: "our Liquid and MIME", path: "/bare", count: 4_000, atLeast: {} },
  { name: "those and a plain call", path: "/fetched", count: 1_000, atLeast: {} },
  { name: "those and the transport", path: "/handed", count: 1_000, atLeast: { atLeast: 0.65 } },
] as const;
const SLUG = "riverside";

const PARAGRAPHS = 24;
const BODY = `<h1>Clean air for {{ first_name | default: "you" }}</h1>${Array.from(
  { length: PARAGRAPHS },
  (_, n) =>
    `<p>{% if first_name %}{{ first_name }}, {% endif %}on Tuesday the council heard what ${n + 3} people of {{ city | default: "our town" }} had to say
     about the air at the crossing, and it answered in the words it has used for years: that more has to be measured before anything
     can be done. We have measured. <a href="https://example.org/reports/${n}">Read the numbers</a>, and tell a neighbour.</p>`,
).join("\n")}`;

type Reply = { ms: number; bytes?: number; frozen?: { recipients: number; candidates: number } };

async function fill(server: Server): Promise<void> {
  const rosa = await signIn(server, world.organiser);
  await startGroup(rosa, { ...world.group, slug: SLUG });
  const [group] = await server.query<{ group_no: number; shard: string }>(
    "DIRECTORY",
    "UPDATE groups SET postal_address = '1 Main Street' WHERE slug = ? RETURNING group_no, shard",
    SLUG,
  );
  if (!group) throw new Error("no group");
  const step = 20_000;
  for (let first = 1; first <= PEOPLE; first += step)
    await server.query(
      group.shard,
      // Of ten people eight are on the list.
      `INSERT INTO people (group_no, person_no, id, email, given_name, locality, email_status, created_at)
       WITH RECURSIVE n(no) AS (SELECT ?2 UNION ALL SELECT no + 1 FROM n WHERE no < ?3)
       SELECT ?1, no, randomblob(16), 'p' || no || '@people.example', 'Person ' || no, 'Hamilton', CASE no % 10 WHEN 3 THEN 2 WHEN 7 THEN 3 ELSE 1 END, no FROM n`,
      group.group_no,
      first,
      Math.min(PEOPLE, first + step - 1),
    );
}

const provider = await MailProvider.open();
const vars = {
  ...{ BULK_TRANSPORT: "ses", BULK_SES_ENDPOINT: provider.origin, BULK_SES_KEY_ID: "AKIATEST" },
  ...{ BULK_SES_SECRET: "secret", BULK_CAPTURE: "no" },
};

const externals = { PROVIDER: new URL(provider.origin).host };

await withServer({ entry: "bench/workers/mailing.ts", vars, externals }, async (server) => {
  await fill(server);
  const ask = async (path: string, order: Record<string, number>): Promise<Reply> => {
    const body = JSON.stringify({ slug: SLUG, html: BODY, ...order });
    const response = await server.fetch("mailing.bench", path, { method: "POST", body });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as Reply;
  };
  // Time of a core and not of the clock: the provider and whatever else the machine does are not what is measured.
  const coreSeconds = async (work: () => Promise<Reply>): Promise<number> => {
    const before = cpuSecondsOf(server.pid);
    const { ms } = await work();
    const after = cpuSecondsOf(server.pid);
    return before === null || after === null ? ms / 1000 : after - before;
  };
  const freezes: number[] = [];
  for (let each = 0; each < 3; each += 1) {
    await ask("/write", {});
    freezes.push(PEOPLE / (await coreSeconds(() => ask("/freeze", {}))));
  }
  figure("mailing: people frozen, reasons and all", freezes.toSorted((a, b) => a - b)[1] ?? 0, {
    ...{ unit: "people/s a core", atLeast: FROZEN_PER_SECOND },
  });
  let from = 0;
  const { bytes = 0 } = await ask("/bare", { count: 100, from: 0 });
  figure("mailing: size of a mail", bytes / 1000, { unit: "kB" });
  const candidate = async () => {
    // Eight of ten people of a page are on the list.
    const before = provider.taken.size;
    const seconds = await coreSeconds(() => ask("/send", { count: MAILS, from, atOnce: CONSUMERS }));
    from += MAILS;
    const sent = provider.taken.size - before;
    if (sent !== MAILS * 0.8) throw new Error(`${sent} mails left`);
    return sent / seconds;
  };
  for (const { name, path, count, atLeast } of LIMITS) {
    const order = { count, from: 0, atOnce: CONSUMERS };
    const baseline = async () => {
      provider.taken.clear();
      return count / (await coreSeconds(() => ask(path, order)));
    };
    await compare(`mailing: whole, beside ${name}`, { candidate, baseline }, { ...SEND_OPTIONS, ...atLeast });
  }
});
await provider.close();
