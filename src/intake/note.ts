/** What an intake object must know after a restart: a small text that each row of its outbox carries. */
export type Note = {
  count: number;
  others: number;
  spread: number;
  /** The earliest participation settled since the last report; the home may know of it by now. */
  settledFrom: number | null;
};

export function writeNote({ count, others, spread, settledFrom }: Note): string {
  return `${count} ${others} ${spread} ${settledFrom ?? 0}`;
}

/** @param text "" for an object that is new */
export function readNote(text: string): Note {
  const [count = 0, others = 0, spread = 1, settledFrom = 0] = text === "" ? [] : text.split(" ").map(Number);
  return { count, others, spread, settledFrom: settledFrom || null };
}
