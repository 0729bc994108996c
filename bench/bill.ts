/* What the platform bills, of counts taken by `workers/meter.ts`. Free allowances are left out. */

/** A Durable Object is billed for 128 MB whatever it uses. */
const OBJECT_GB = 0.128;

export type Counts = Record<string, number>;

/** What is billed: dollars for a million (Cloudflare's docs, the prices of each part), and the counts it adds up. */
const METERS = [
  { name: "requests, queue consumers", dollars: 0.3, counts: /^(request|consumer )/ },
  { name: "CPU ms, emulators included", dollars: 0.02, counts: /^cpu ms/ },
  { name: "object calls and alarms", dollars: 0.15, counts: /^(call|alarm) / },
  {
    name: "object GB-s, at most",
    dollars: 12.5,

    counts: /^busy ms /,
    factor: OBJECT_GB / 1000,
  },
  { name: "rows written in objects", dollars: 1, counts: /^(row (?!D1)|setAlarm )/ },
  { name: "rows read in objects", dollars: 0.001, counts: /^read (?!D1)/ },
  { name: "rows written in D1", dollars: 1, counts: /^row D1 / },
  { name: "rows read in D1", dollars: 0.001, counts: /^read D1/ },
  { name: "queue operations", dollars: 0.4, counts: /^queue / },
  { name: "KV reads", dollars: 0.5, counts: /^kv read/ },
  { name: "KV writes", dollars: 5, counts: /^kv write/ },
  { name: "e-mails", dollars: 350, counts: /^e-mail/ },
] as const;
export type MeterName = (typeof METERS)[number]["name"];

/** Of these every table, and of objects every call, is shown. */
const DETAILED: readonly MeterName[] = [
  "object calls and alarms",
  "rows written in objects",
  "rows written in D1",
];

export type Line = { name: MeterName; amount: number; dollars: number; details: [string, number][] };

/** What some counts add up to, meter by meter, and the dollars of a million times as much. */
export function linesOf(counts: Counts): Line[] {
  return METERS.map((meter) => {
    const details = Object.entries(counts).filter(([name]) => meter.counts.test(name));
    const factor = "factor" in meter ? meter.factor : 1;
    const amount = details.reduce((sum, [, count]) => sum + count, 0) * factor;
    return { name: meter.name, amount, dollars: amount * meter.dollars, details };
  });
}

export function printBill(title: string, lines: Line[]): void {
  console.log(`\n  ${title}`);
  for (const { name, amount, dollars, details } of lines) {
    if (amount === 0) continue;
    console.log(`    ${name.padEnd(40)} ${amount.toFixed(3).padStart(8)} ${dollars.toFixed(2).padStart(8)}`);
    if (!DETAILED.includes(name)) continue;
    for (const [detail, count] of details.toSorted(([, a], [, b]) => b - a))
      console.log(`      ${detail.padEnd(38)} ${count.toFixed(3).padStart(8)}`);
  }
}
