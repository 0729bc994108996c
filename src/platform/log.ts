/** Fields of a log line: ids, counts, codes. Never an address, a name, a token or a body (docs/decisions/0005). */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

export type Log = {
  info(event: string, fields?: LogFields): void;
  error(event: string, error: unknown, fields?: LogFields): void;
};

const ERROR_TEXT_MAX = 500;

/** One JSON object a line, as Workers Logs indexes it. */
export function createLog(base: LogFields): Log {
  return {
    info: (event, fields) => console.log(JSON.stringify({ level: "info", event, ...base, ...fields })),
    error: (event, error, fields) =>
      console.error(JSON.stringify({ level: "error", event, ...base, ...fields, error: errorText(error) })),
  };
}

/** A bounded description, so that recording a failure can never itself fail. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, ERROR_TEXT_MAX);
}
