import type { Kind } from "./actions/types";
import { petition } from "./petitions/petition";

/** Every kind of action; a new one is a folder and a line here. */
export const kinds: Kind[] = [petition];

export function kindByName(name: string): Kind | undefined {
  return kinds.find((kind) => kind.name === name);
}

export function kindByPath(path: string): Kind | undefined {
  return kinds.find((kind) => kind.path === path);
}
