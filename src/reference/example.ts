import kept from "./examples.json";

/** A request as a test made it and what the server answered; ids, dates and addresses are put in order, nothing else is changed. */
export type Example = { request?: unknown; response: unknown };

const examples: Record<string, Example> = kept;

/** The kept example of a call. @param call such as "GET /people/{id}" */
export function exampleOf(call: string): Example | undefined {
  return examples[call];
}
