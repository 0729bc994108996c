import { districtsOf, nameDistricts } from "../officials/builtin";
import { addressesOf } from "../people/address";
import { fieldsOf, listFields, valuesOf } from "../people/custom-field";
import type { PersonRow } from "../people/edit";
import { SPLIT_DAYS } from "../people/merge";
import { notesOf } from "../people/notes";
import { pointOf } from "../people/point-person";
import { statusName } from "../people/search";
import { listTags, tagsOf } from "../people/tag";
import { wishesOf } from "../subscriptions/subscription";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import { PersonPage } from "./person-views";
import { selectFirstSource, selectTotals } from "./store";
import { timelineOf } from "./timeline";
import { type C, groupDb, nameOfMembers, peopleFrame, pointsOf } from "./web";

/** A postal code in the middle of a big town lies in several; more are no answer. */
const DISTRICTS_SHOWN_MAX = 5;

type Refused = { values?: Record<string, string>; errors?: FieldErrors; flash?: FlashMessage | undefined };

/** The page of a person, as it is, or after something that was sent to it was refused (then 422). */
export async function personPage(c: C, person: PersonRow, { values = {}, errors = {}, flash }: Refused = {}) {
  const db = groupDb(c);
  const before = c.req.query("before");
  const [
    frame,
    addresses,
    districts,
    firstSource,
    totals,
    tags,
    all,
    fields,
    notes,
    timeline,
    nameOfMember,
    wishes,
    point,
    members,
  ] = await Promise.all([
    peopleFrame(c, flash),
    addressesOf(db, person),
    districtNames(c, person),
    selectFirstSource(db, person.no),
    selectTotals(db, person.no),
    tagsOf(db, person.no),
    listTags(db),
    fieldsWithValues(c, person),
    notesOf(db, person.no),
    timelineOf(db, person.no, before),
    nameOfMembers(c),
    wishesOf(db, person.no),
    pointOf(db, person.no),
    pointsOf(c),
  ]);
  const page = (
    <PersonPage
      {...frame}
      {...{
        person,
        addresses,
        districts,
        firstSource,
        totals,
        tags,
        fields,
        notes,
        nameOfMember,
        values,
        errors,
        wishes,
        point,
      }}
      members={members}
      emailStatus={statusName(person.emailStatus)}
      mobileStatus={statusName(person.mobileStatus)}
      knownTags={all.filter(({ isHidden }) => !isHidden).map(({ name }) => name)}
      entries={timeline.entries}
      next={timeline.next}
      isFirstPage={before === undefined}
      splitSince={c.var.ctx.now - SPLIT_DAYS * 86_400_000}
    />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}

/** The fields that are offered, and archived ones that say something of this person. */
async function fieldsWithValues(c: C, person: PersonRow) {
  const db = groupDb(c);
  const [fields, all, values] = await Promise.all([fieldsOf(db), listFields(db), valuesOf(db, person.no)]);
  const said = new Map(values.map(({ fieldNo, value }) => [fieldNo, value]));
  const offered = new Set(fields.map(({ no }) => no));
  return all
    .filter(({ no }) => offered.has(no) || said.has(no))
    .map((field) => ({ ...field, value: said.get(field.no) ?? "" }));
}

/** Where officials know the district of an address. Without their data the page is still a page. */
async function districtNames(c: C, { postalCode, country }: PersonRow): Promise<string[]> {
  const { ctx, locale } = c.var;
  if (!postalCode || !country) return [];
  try {
    const codes = await districtsOf(ctx, { postalCode, country, locale });
    const districts = await nameDistricts(ctx, codes.slice(0, DISTRICTS_SHOWN_MAX), locale);
    return districts.map(({ label }) => label);
  } catch (error) {
    ctx.log.error("profiles.districts", error);
    return [];
  }
}
