import { applyMigrations } from "./migrate";

// Runs before each test file that reaches a binding; only the first of a workerd finds empty storage. Nothing here
// imports "cloudflare:test": that loads the whole worker, which a test of one module has no use for.
await applyMigrations();
