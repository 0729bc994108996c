import { vi } from "vitest";

// Files of the `pure` project share a workerd; with this each evaluates its modules anew and finds none of another's memory.
vi.resetModules();
