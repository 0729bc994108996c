/** So that whoever scans code for secrets that slipped in can know ours: `gs_` and 40 letters and digits. */
const PREFIX = "gs_";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH = 40;
const SECRET = new RegExp(`^${PREFIX}[A-Za-z0-9]{${LENGTH}}$`);
/** So many last letters are shown, to know a key by. */
const ENDING_LENGTH = 4;

/** A new key: 238 bits of chance, which is why a plain hash of it is enough and nobody finds it by trying. */
export function newSecret(): string {
  let secret = PREFIX;
  while (secret.length < PREFIX.length + LENGTH) {
    for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH))) {
      // Bytes above the last whole multiple of 62 would make the first letters likelier.
      const letter = byte < 248 ? LETTERS[byte % 62] : undefined;
      if (letter !== undefined && secret.length < PREFIX.length + LENGTH) secret += letter;
    }
  }
  return secret;
}

/** Whether a text could be a key at all. */
export function looksLikeSecret(text: string): boolean {
  return SECRET.test(text);
}

export function endingOf(secret: string): string {
  return secret.slice(-ENDING_LENGTH);
}
