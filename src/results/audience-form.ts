import type { Outcome } from "./types";

type Mail = { no: number; actionNos: readonly number[]; sources: readonly string[] };
type Fields = [name: string, value: string][];

/**
 * The fields of the form that builds audiences, for those with an outcome of a mailing. `do` keeps the form open, so that it is
 * looked at and named before it is saved. Null where no audience can say it.
 */
export function audienceOf(outcome: Outcome, mail: Mail): Fields | null {
  const fields = conditions(outcome, mail);
  // Whoever followed a link has read it, also where pictures are off.
  const join = outcome === "opened" ? "any" : "all";
  return fields && [["do", "show"], ["i:join", join], ...fields];
}

function conditions(outcome: Outcome, { no, actionNos, sources }: Mail): Fields | null {
  const did = (at: number, what: "received" | "opened" | "clicked"): Fields => [
    [`i.${at}:is`, "mail"],
    [`i.${at}:did`, what],
    [`i.${at}:mailings`, String(no)],
  ];
  const status = (what: string): Fields => [
    ...did(0, "received"),
    ["i.1:is", "subscription"],
    ["i.1:channel", "email"],
    ["i.1:status", what],
  ];
  switch (outcome) {
    case "opened":
      return [...did(0, "opened"), ...did(1, "clicked")];
    case "clicked":
      return did(0, "clicked");
    case "not_opened":
      return [
        ...did(0, "received"),
        ...did(1, "opened"),
        ["i.1:not", "yes"],
        ...did(2, "clicked"),
        ["i.2:not", "yes"],
      ];
    case "acted":
      if (actionNos.length === 0 || sources.length === 0) return null;
      return [
        ["i.0:is", "action"],
        ...actionNos.map((actionNo): [string, string] => ["i.0:actions", String(actionNo)]),
        ["i.0:sources", sources.join("\n")],
      ];
    case "unsubscribed":
    case "bounced":
    case "complained":
      return status(outcome);
    default:
      return null;
  }
}
