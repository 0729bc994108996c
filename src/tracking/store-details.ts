import type { GroupDb } from "../groups/shard";

/** What a form of ours would ask somebody who got a mail. */
export type Details = {
  email: string;
  givenName: string | null;
  familyName: string | null;
  street: string | null;
  locality: string | null;
  region: string | null;
  postalCode: string | null;
  country: string | null;
  phone: string | null;
};

/** Null for somebody who was forgotten, merged into another person, or has no address any more. */
export async function selectDetails({ d1, groupNo }: GroupDb, personNo: number): Promise<Details | null> {
  return d1
    .prepare(
      `SELECT email, given_name AS givenName, family_name AS familyName, street, locality, region, postal_code AS postalCode, country, phone
       FROM people WHERE group_no = ?1 AND person_no = ?2 AND email IS NOT NULL AND erased_at IS NULL AND merged_into IS NULL`,
    )
    .bind(groupNo, personNo)
    .first<Details>();
}
