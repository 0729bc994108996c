/// <reference types="vite/types/importMeta.d.ts" />

interface MigrationFile {
  name: string;
  queries: string[];
}

declare namespace Cloudflare {
  type WorkerEnv = import("../src/env").Env;

  interface Env extends WorkerEnv {
    SHARD_00: D1Database;
    SHARD_01: D1Database;
    TEST_DIRECTORY_MIGRATIONS: MigrationFile[];
    TEST_SHARD_MIGRATIONS: MigrationFile[];
  }

  interface GlobalProps {
    mainModule: typeof import("../src/worker");
    durableNamespaces:
      | "ActionIntake"
      | "ActionHome"
      | "LimitsObject"
      | "OperationsObject"
      | "GroupPayments"
      | "GroupExports"
      | "GroupReports"
      | "ImportsObject";
  }
}
