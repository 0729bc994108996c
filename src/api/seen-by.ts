import { identityHash } from "../intake/participation";
import { look } from "../people/upload";
import type { Context } from "../platform/context";
import { toHex } from "../platform/crypto";
import { ApiError } from "./problem";
import type { Caller } from "./web";

/** Whose an address is; and of one that is nobody's, whether they asked to be forgotten. */
export async function seenBy(
  ctx: Context,
  { group, db }: Pick<Caller, "group" | "db">,
  email: string,
): Promise<{ owner: number | null; isForgotten: boolean }> {
  const hash = toHex(await identityHash(ctx.config.IDENTITY_PEPPER, group.id, email));
  const { emailOwner: owner, isForgotten } = await look(db, { email, phone: null, hash, tags: [] });
  return { owner, isForgotten };
}

/** The answer to a client that brings back somebody who asked to be forgotten. */
export function forgotten(): ApiError {
  return new ApiError(
    400,
    "This person asked this group to forget them, and can only come back by themselves",
  );
}
