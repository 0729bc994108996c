import type { BufferedRow } from "../platform/write-behind";
import { isUpdate, rowId } from "./drain";
import type { DrainOutcome } from "./store";
import { type Participants, states } from "./store-participants";

type Settle = (
  participants: Participants,
  row: BufferedRow,
  outcome: DrainOutcome,
  kind: { isOnce: boolean },
) => number;

/** Notes what D1 said of each row of a page. Gives by how much the object's count changes. */
export function settlePage(
  participants: Participants,
  rows: BufferedRow[],
  outcomes: DrainOutcome[],
  kind: { isOnce: boolean },
  settleOne: Settle = settle,
): number {
  let change = 0;
  for (const [position, row] of rows.entries()) {
    const outcome = outcomes[position];
    if (outcome) change += settleOne(participants, row, outcome, kind);
  }
  return change;
}

/**
 * Notes what D1 said of a drained row. Someone counted elsewhere, or whom D1 does not have because they were erased, leaves
 * this object's count, once.
 * @returns by how much the object's count changes
 */
const settle: Settle = (participants, row, outcome, { isOnce }) => {
  const { key } = row;
  // Where each answer adds, each row was counted by itself.
  const alone = isOnce ? 0 : 1;
  switch (outcome.state) {
    case "mine":
      return isUpdate(row) && !outcome.isRemoved
        ? participants.changeState(key, states.removed, states.mine)
        : 0;
    case "again":
      return participants.changeId(key, rowId(row), outcome.id);
    case "other": {
      const left = participants.changeState(key, states.mine, states.other) || alone;
      participants.changeId(key, rowId(row), outcome.id);
      return -left;
    }
    case "removed":
      return -(participants.changeState(key, states.mine, states.removed) || alone);
  }
};

/**
 * The same of a row that is perhaps stored again. Somebody who was counted elsewhere is counted here when the database, set
 * back to an earlier moment, was given this object's row first. Of a row that D1 has it changes nothing.
 */
export const settleAgain: Settle = (participants, row, outcome, kind) => {
  if (outcome.state === "mine" && !isUpdate(row)) return participants.takeOver(row.key, rowId(row));
  // Where each answer adds, nothing tells whether this one has left the count before; the home's comparison with D1 does.
  if (outcome.state !== "again" && !kind.isOnce) return 0;
  return settle(participants, row, outcome, kind);
};
