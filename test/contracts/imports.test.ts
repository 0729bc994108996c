import { expect, it } from "vitest";

const sources = import.meta.glob<string>("../../src/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Low to high; a folder imports from lower ranks only. */
const ranks = [
  "platform",
  "ui",
  "accounts",
  "groups",
  "changes",
  "keys",
  "people",
  "audiences",
  "officials",
  "sharing",
  "actions",
  "intake",
  "payments",
  "petitions",
  "forms",
  "letters",
  "calls",
  "events",
  "fundraisers",
  "embeds",
  "paper",
  "statistics",
  "imports",
  "receipts",
  "senders",
  "subscriptions",
  "merging",
  "mailings",
  "ranking",
  "delivery",
  "tracking",
  "inbound",
  "breakdowns",
  "results",
  "composer",
  "series",
  "profiles",
  "exports",
  "reports",
  "privacy",
  "api",
  "webhooks",
  "connections",
  "reference",
  "operations",
  "dashboard",
];

const [map = ""] = Object.values(
  import.meta.glob<string>("../../docs/architecture.md", { query: "?raw", import: "default", eager: true }),
);
const TABLES = /^(tables|directory-tables)$/;
const IMPORT = /^\s*(?:import|export)\s+(type\s)?[^;]*?from\s+"(\.[^"]+)"/gm;
const VENDOR = /from "(jose|stripe|@simplewebauthn\/server|cloudflare:email)"/;

type Import = {
  file: string;
  folder: string;
  name: string;
  isType: boolean;
  to: string;
  toFolder: string;
  toName: string;
};

const files = Object.entries(sources)
  .map(([path, text]) => ({ file: path.replace("../../src/", ""), text }))
  .filter(({ file }) => !/\.test\.tsx?$|\.d\.ts$/.test(file));

const imports: Import[] = files.flatMap(({ file, text }) =>
  [...text.matchAll(IMPORT)].map(([, type, target = ""]) => {
    const to = new URL(target, `file:///${file}`).pathname.slice(1);
    return {
      file,
      ...parts(file),
      isType: type !== undefined,
      to,
      toFolder: parts(to).folder,
      toName: parts(to).name,
    };
  }),
);

function parts(path: string) {
  const [folder = "", ...rest] = path.split("/");
  const name = (rest.at(-1) ?? folder).replace(/\.(test\.)?tsx?$/, "");
  return rest.length === 0 ? { folder: "", name } : { folder, name };
}

const show = (found: Import[]) => found.map(({ file, to }) => `${file} → ${to}`);
const rank = (folder: string) => (folder === "" ? ranks.length : ranks.indexOf(folder));

it("reads every source file and knows every folder", () => {
  expect(imports.length).toBeGreaterThan(300);
  expect(
    [...new Set(imports.map(({ folder }) => folder))].filter(
      (folder) => folder !== "" && !ranks.includes(folder),
    ),
  ).toEqual([]);
});

it("finds in the map of the architecture each folder in the order of its rank, and no path that is not there", () => {
  const table = map.split("\n").filter((line) => line.startsWith("| `src/"));
  const named = table.flatMap((line) => [...line.matchAll(/`(?:src\/)?(\w+)`/g)].map(([, folder]) => folder));
  expect(named).toEqual(ranks);
  const paths = [...map.matchAll(/`(src\/[\w/.-]+\.tsx?)`/g)].map(([, path = ""]) => `../../${path}`);
  expect(paths.filter((path) => !(path in sources))).toEqual([]);
});

it("imports only from a lower rank; tables are leaves, and a type may be named from anywhere", () => {
  const upward = imports.filter(
    (each) =>
      each.folder !== each.toFolder &&
      rank(each.toFolder) >= rank(each.folder) &&
      !TABLES.test(each.toName) &&
      !(each.isType && (each.toName === "types" || each.to === "env" || each.toName.endsWith("-object"))) &&
      !(each.folder === "platform" && each.to === "env"),
  );
  expect(show(upward)).toEqual([]);
});

it("takes from another feature its door or its types, never its store, views or jobs", () => {
  const inside = imports.filter(
    (each) =>
      each.folder !== each.toFolder &&
      !["", "platform", "ui"].includes(each.toFolder) &&
      /^(store|views|jobs)(-|$)|-views$/.test(each.toName),
  );
  expect(show(inside)).toEqual([]);
});

it("keeps SQL in stores and objects, and views away from stores", () => {
  const sql = files.filter(
    ({ file, text }) =>
      /\.prepare\(|sql\.exec|from "drizzle-orm"/.test(text) &&
      !/(^|\/)(store[^/]*|[^/]*-object|shard|tables|directory-tables)\.tsx?$|platform\/(write-behind|lazy-table|own-changes)\.ts$|platform\/context\.ts$/.test(
        file,
      ),
  );
  expect(sql.map(({ file }) => file)).toEqual([]);
  expect(
    show(imports.filter((each) => /views/.test(each.name) && /^store/.test(each.toName) && !each.isType)),
  ).toEqual([]);
});

it("calls vendors in platform/ and account ceremonies alone, and never imports tests", () => {
  const vendors = files.filter(
    ({ file, text }) => VENDOR.test(text) && !/^platform\/|^accounts\/passkey/.test(file),
  );
  expect(vendors.map(({ file }) => file)).toEqual([]);
  expect(show(imports.filter(({ to }) => to.startsWith("test/")))).toEqual([]);
});
