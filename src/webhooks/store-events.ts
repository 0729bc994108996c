import type { GroupDb } from "../groups/shard";
import type { StoredAnswer } from "../intake/types";
import { type ActionId, idFromHex, idToHex, type ParticipationId, type PersonId } from "../platform/ids";

/** What somebody did, with what a payload says of it. */
export type Done = {
  id: ParticipationId;
  personNo: number;
  personId: PersonId;
  personCreatedAt: number;
  email: string | null;
  action: { no: number; id: ActionId; kind: string };
  actedAt: number;
  revisedAt: number;
  answer: StoredAnswer;
  comment: string | null;
  consent: number;
  language: string | null;
  source: string | null;
  referrer: string | null;
  amount: number | null;
  currency: string | null;
  standing: number;
  tags: string[];
  questions: { key: string; fieldNo?: number; label: string }[];
  interval: string | null;
};

type StoredDone = Omit<Done, "id" | "personId" | "action" | "answer" | "tags" | "questions"> & {
  id: string;
  personId: string;
  actionNo: number;
  actionId: string;
  kind: string;
  answer: string;
  tags: string | null;
  questions: string | null;
};

/**
 * What was done, by the participations' ids; whatever was taken out since is left out. Whoever has not confirmed yet, or is not
 * subscribed any more, has consented to nothing that could be told.
 * @param onBad hears of a row that cannot be read, which is left out
 */
export async function selectDone(
  { d1, groupNo }: GroupDb,
  wanted: readonly { actionNo: number; id: ParticipationId }[],
  onBad: (id: ParticipationId, error: unknown) => void,
): Promise<Map<ParticipationId, Done>> {
  const { results } = await d1
    .prepare(
      `SELECT lower(hex(t.id)) AS id, t.person_no AS personNo, lower(hex(p.id)) AS personId, p.created_at AS personCreatedAt, p.email, p.language,
         a.action_no AS actionNo, lower(hex(a.id)) AS actionId, a.kind, t.acted_at AS actedAt, max(t.acted_at, t.revised_at) AS revisedAt, t.answer,
         t.comment, iif(t.consent = 1 AND p.email_status <> 1, 0, t.consent) AS consent, t.source, t.referrer, t.amount, t.currency, t.standing, a.settings -> '$.tags' AS tags,
         a.settings -> '$.questions' AS questions,
         (SELECT g."interval" FROM payments g WHERE g.group_no = ?1 AND g.id = t.id AND t.amount IS NOT NULL) AS "interval"
       FROM json_each(?2) j
       CROSS JOIN participations t INDEXED BY participations_by_action ON t.group_no = ?1 AND t.action_no = j.value ->> 0 AND t.id = unhex(j.value ->> 1)
       CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = t.person_no
       CROSS JOIN actions a ON a.group_no = ?1 AND a.action_no = t.action_no
       WHERE t.removal_no = 0`,
    )
    .bind(groupNo, JSON.stringify(wanted.map(({ actionNo, id }) => [actionNo, idToHex(id)])))
    .all<StoredDone>();
  const found = new Map<ParticipationId, Done>();
  for (const row of results) {
    const id = idFromHex<ParticipationId>(row.id);
    try {
      found.set(id, doneOf(id, row));
    } catch (error) {
      onBad(id, error);
    }
  }
  return found;
}

function doneOf(
  id: ParticipationId,
  { personId, actionNo, actionId, kind, answer, tags, questions, ...row }: StoredDone,
): Done {
  const said: StoredAnswer | null = JSON.parse(answer);
  if (!said) throw new Error("an answer that says nothing");
  return {
    ...row,
    id,
    personId: idFromHex<PersonId>(personId),
    action: { no: actionNo, id: idFromHex<ActionId>(actionId), kind },
    answer: said,
    tags: JSON.parse(tags ?? "[]"),
    questions: JSON.parse(questions ?? "[]"),
  };
}

/** The names that custom fields are shown by, by number. */
export async function selectFieldNames({ d1, groupNo }: GroupDb): Promise<Map<number, string>> {
  const { results } = await d1
    .prepare("SELECT field_no AS no, label FROM custom_fields WHERE group_no = ?1 AND deleted_at IS NULL")
    .bind(groupNo)
    .all<{ no: number; label: string }>();
  return new Map(results.map(({ no, label }) => [no, label]));
}

/** The organisers' letters by hash. */
export async function selectTexts(
  { d1, groupNo }: GroupDb,
  hashes: readonly string[],
): Promise<Map<string, { subject: string; body: string }>> {
  if (hashes.length === 0) return new Map();
  const { results } = await d1
    .prepare(
      `SELECT t.hash, t.subject, t.body FROM json_each(?2) j CROSS JOIN letter_texts t ON t.group_no = ?1 AND t.hash = j.value`,
    )
    .bind(groupNo, JSON.stringify(hashes))
    .all<{ hash: string; subject: string; body: string }>();
  return new Map(results.map(({ hash, ...text }) => [hash, text]));
}

/** All core fields of somebody, as an upload tells them. */
export type Core = {
  personNo: number;
  personId: PersonId;
  createdAt: number;
  email: string | null;
  phone: string | null;
  givenName: string | null;
  familyName: string | null;
  street: string | null;
  locality: string | null;
  region: string | null;
  postalCode: string | null;
  country: string | null;
  language: string | null;
  emailStatus: number;
  /** Whether an import brought them or changed them about then. */
  isImported: boolean;
};

/** People who are neither erased nor merged, by number. @param wanted numbers, and when each changed in ms */
export async function selectPeople(
  { d1, groupNo }: GroupDb,
  wanted: readonly (readonly [personNo: number, at: number])[],
): Promise<Map<number, Core>> {
  const { results } = await d1
    .prepare(
      `SELECT p.person_no AS personNo, lower(hex(p.id)) AS personId, p.created_at AS createdAt, p.email, p.phone, p.given_name AS givenName,
         p.family_name AS familyName, p.street, p.locality, p.region, p.postal_code AS postalCode, p.country, p.language, p.email_status AS emailStatus,
         EXISTS (SELECT 1 FROM imports i CROSS JOIN import_people x ON x.group_no = ?1 AND x.import_no = i.import_no AND x.person_no = p.person_no
           WHERE i.group_no = ?1 AND i.created_at <= j.value ->> 1 AND coalesce(i.finished_at, 9e15) >= (j.value ->> 1) - 60000) AS isImported
       FROM json_each(?2) j CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = j.value ->> 0
       WHERE p.erased_at IS NULL AND p.merged_into IS NULL`,
    )
    .bind(groupNo, JSON.stringify(wanted))
    .all<Omit<Core, "personId" | "isImported"> & { personId: string; isImported: number }>();
  return new Map(
    results.map((row) => [
      row.personNo,
      { ...row, personId: idFromHex<PersonId>(row.personId), isImported: row.isImported === 1 },
    ]),
  );
}
