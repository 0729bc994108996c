/** A refusal as API clients get it: `{"error": "…"}`, one line (osdi-api.md §1.13). */
export class ApiError extends Error {
  readonly status: 400 | 403 | 404 | 405 | 410 | 413 | 415 | 429 | 503;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: ApiError["status"], message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The words clients know for an id that leads nowhere. @param noun as in a sentence: "person", "fundraising page" */
export function notFound(noun: string, id: string): ApiError {
  return new ApiError(404, `Couldn't find ${noun} with id = ${id.slice(0, 80)}`);
}
