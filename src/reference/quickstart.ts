import made from "./quickstarts.json";

export type Quickstart = { name: "curl" | "python" | "javascript"; title: string; code: string };

/** Short programs that a test runs as they stand. */
export const quickstarts: readonly Quickstart[] = [
  { name: "curl", title: "curl", code: made.curl },
  { name: "python", title: "Python", code: made.python },
  { name: "javascript", title: "JavaScript", code: made.javascript },
];
