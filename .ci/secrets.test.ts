import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fillSecrets } from "./secrets.ts";

const example = readFileSync(join(import.meta.dirname, "../.dev.vars.example"), "utf8");

test("an empty clone gets every secret of the example, each with its own random value", () => {
  const first = fillSecrets(example, "");
  const values = [...first.matchAll(/[\w-]{43}/g)].map(([value]) => value);
  expect(first).not.toContain("<random>");
  expect(new Set(values).size).toBe(2);
  expect(fillSecrets(example, "")).not.toBe(first);
  expect(first).toMatch(/^SIGNING_KEYS='\{"current":"k1","keys":\{"k1":"[\w-]{43}"\}\}'$/m);
});

test("secrets already chosen stay, and one that the example gained is added", () => {
  const existing = 'IDENTITY_PEPPER="chosen before"\nMINE=1\n';
  const filled = fillSecrets(example, existing);
  expect(filled.startsWith(existing)).toBe(true);
  expect(filled.match(/^IDENTITY_PEPPER=/gm)).toHaveLength(1);
  expect(filled).toMatch(/^SIGNING_KEYS=/m);
  expect(fillSecrets(example, filled)).toBe(filled);
});
