import { publicSigner } from "../actions/public-signer";
import type { PublicSigner, SlotStandings, Standing } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import type { ParticipationId } from "../platform/ids";
import * as store from "./store-signers";
import type { StoredAnswer } from "./types";

const SIGNERS_PAGE_SIZE = 50;
const RECENT_STORED_MAX = 10;

export type SignerFilter = {
  state: "counted" | "removed";
  /** Part of an email or a name. */
  text?: string;
  source?: string;
  /** Window of the moment they acted, in ms; `to` is not included. */
  from?: number;
  to?: number;
  comment?: "waiting" | "shown" | "hidden";
  /** A town, region or country as people wrote it, or the beginning of a postal code. */
  place?: string;
};

export type Signer = {
  personNo: number;
  id: ParticipationId;
  email: string;
  answer: StoredAnswer;
  actedAt: number;
  revisedAt: number;
  comment: string;
  commentStatus: "none" | "waiting" | "shown" | "hidden";
  isNamed: boolean;
  source: string;
  isNewToList: boolean;
  removalNo: number;
  /** Where places run out. */
  standing: Standing | null;
  slots: SlotStandings;
};

/**
 * Those who took an action, newest first.
 * @param options.before the id the last page ended with; `next` of the reply.
 */
export async function listSigners(
  group: GroupDb,
  actionNo: number,
  options: { filter: SignerFilter; before?: ParticipationId; limit?: number },
): Promise<{ signers: Signer[]; next: ParticipationId | null }> {
  const limit = options.limit ?? SIGNERS_PAGE_SIZE;
  const signers = await store.selectSigners(
    group,
    actionNo,
    options.filter,
    options.before ?? null,
    limit + 1,
  );
  const page = signers.slice(0, limit);
  return { signers: page, next: signers.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/** How many the filter finds. */
export function countSigners(group: GroupDb, actionNo: number, filter: SignerFilter): Promise<number> {
  return store.countSigners(group, actionNo, filter);
}

/**
 * Cuts those a filter finds, newest first, into pieces of about `charactersMax`: so many for each row and those of its comment.
 * Gives each piece's last id and how many are in it.
 */
export function cutSigners(
  group: GroupDb,
  actionNo: number,
  filter: SignerFilter,
  options: { charactersMax: number; charactersOfRow: number; withComments: boolean; limit: number },
): Promise<{ last: ParticipationId; count: number }[]> {
  return store.cutSigners(group, actionNo, filter, options);
}

/** Shows or hides comments of an action. Gives how many changed. */
export function setCommentStatus(
  group: GroupDb,
  actionNo: number,
  ids: ParticipationId[],
  status: "shown" | "hidden",
): Promise<number> {
  return store.updateCommentStatus(group, actionNo, ids, status);
}

/** The last to sign, as the public may see them. */
export async function recentStored(group: GroupDb, actionNo: number): Promise<PublicSigner[]> {
  const signers = await store.selectSigners(group, actionNo, { state: "counted" }, null, RECENT_STORED_MAX);
  return signers.map(asPublic);
}

function asPublic(signer: Signer): PublicSigner {
  return publicSigner(signer.answer, {
    isNamed: signer.isNamed,
    at: signer.actedAt,
    comment: signer.commentStatus === "shown" ? signer.comment : "",
  });
}
