import { applyMigrations } from "./migrate";

// Runs before each test file of the `worker` project, in a workerd of the file's own with empty storage. Nothing here
// imports "cloudflare:test": that loads the whole worker, which a test of one module has no use for.
await applyMigrations();
