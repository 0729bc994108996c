import type { OwnColumn } from "../actions/kind";
import type { Action } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import type { StoredAnswer } from "../intake/types";
import { listFields } from "../people/custom-field";
import { actionColumns, needsOf, type ParticipationRow } from "./action-columns";
import { headOf, linesOf } from "./column";
import type { Wording } from "./people-columns";
import type { Source } from "./source";
import * as store from "./store-participations";
import { fieldValuesIn, taggingsIn, tagNames } from "./store-people";
import type { Format } from "./types";

/** Counted no further for the bar that says how far it is. */
const EXPECTED_MAX = 1_000_000;
const FIRST = "00";

const encoder = new TextEncoder();

/**
 * Those who took an action and count, in the order they came, up to the last one at the start. What they said then is of
 * the participation, so that a later change of the person does not rewrite it.
 */
export async function actionSource(
  db: GroupDb,
  { action, own }: { action: Action; own: readonly OwnColumn[] },
  order: { format: Format; columns: readonly string[] },
  wording: Wording,
): Promise<Source> {
  const fields = await listFields(db);
  const wanted = new Set(order.columns);
  const columns = actionColumns(action, own, fields, wording).filter(({ key }) => wanted.has(key));
  const needs = needsOf(columns, fields);
  const names = needs.tags ? await tagNames(db) : new Map<number, string>();
  return {
    expected: () => store.countParticipations(db, action.no, EXPECTED_MAX),
    async read(cursor) {
      const [after = FIRST, upTo = await store.lastParticipation(db, action.no)] = cursor?.split("/") ?? [];
      const page = upTo
        ? await store.participationsIn(db, action.no, { after, upTo, withConsent: needs.withConsent })
        : [];
      const counted = page.filter(({ removalNo }) => removalNo === 0);
      const rows = await withDetails(db, counted, needs, names);
      const text =
        (cursor === null ? headOf(order.format, columns) : "") + linesOf(order.format, columns, rows);
      const last = page.at(-1)?.id ?? upTo;
      return {
        bytes: encoder.encode(text),
        rows: rows.length,
        next: last === upTo || upTo === null ? null : `${last}/${upTo}`,
      };
    },
  };
}

async function withDetails(
  db: GroupDb,
  page: readonly store.StoredParticipation[],
  needs: ReturnType<typeof needsOf>,
  names: ReadonlyMap<number, string>,
): Promise<ParticipationRow[]> {
  const people = [...new Set(page.map(({ personNo }) => personNo))];
  const tagged = needs.tags ? await taggingsIn(db, { people }) : null;
  const values = needs.fieldNos.length > 0 ? await fieldValuesIn(db, { people }, needs.fieldNos) : null;
  return page.map((row) => {
    const said: StoredAnswer = JSON.parse(row.answer);
    const tags = (tagged?.get(row.personNo) ?? []).flatMap(([no]) => names.get(Number(no)) ?? []);
    const fields = new Map(
      (values?.get(row.personNo) ?? []).map(([no, value]) => [Number(no), value] as const),
    );
    return { ...row, said, tags: [...new Set(tags)].toSorted(), fields };
  });
}
