/** A mail program that unsubscribes its reader gives up after some seconds, and so do people. */
export const PATIENCE_MS = 4_000;

/**
 * What a slow source says, if it says it in time. The work goes on: whoever gives up here must be able to meet its result.
 * @throws when it fails, or takes longer
 */
export async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  work.catch(() => undefined);
  return Promise.race([
    work,
    scheduler.wait(ms).then((): never => {
      throw new Error(`no answer within ${ms} ms`);
    }),
  ]);
}
