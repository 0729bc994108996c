import { customType } from "drizzle-orm/sqlite-core";
import { type Id, idFromBytes, idToBytes } from "./ids";

/** A UUID held as a 16-byte BLOB: text would cost 36 bytes in the table and again in every index. */
export function uuid<T extends Id<string>>(name: string) {
  return customType<{ data: T; driverData: Uint8Array | number[] | ArrayBuffer }>({
    dataType: () => "blob",
    toDriver: (id) => idToBytes(id),
    fromDriver: (bytes) => idFromBytes<T>(bytes),
  })(name);
}

/** Bytes, such as a hash. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array | number[] | ArrayBuffer }>({
  dataType: () => "blob",
  toDriver: (value) => value,
  fromDriver: (value) => (value instanceof Uint8Array ? value : new Uint8Array(value)),
});
