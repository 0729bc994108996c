import { randomBytes } from "node:crypto";

const NAME = /^([A-Z_]+)=/;

/** The text of .dev.vars: what it holds already, and every secret of the example it lacks, with random values. */
export function fillSecrets(example: string, existing: string): string {
  const chosen = new Set(existing.split("\n").map((line) => NAME.exec(line)?.[1]));
  const lines = example.split("\n").filter((line) => existing === "" || NAME.test(line));
  const missing = lines.filter((line) => !NAME.test(line) || !chosen.has(NAME.exec(line)?.[1]));
  const filled = missing.join("\n").replaceAll("<random>", () => randomBytes(32).toString("base64url"));
  return [existing.trimEnd(), filled.trim()]
    .filter((part) => part !== "")
    .join("\n")
    .concat("\n");
}
