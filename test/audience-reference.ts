import type { Audience, Clause, ClauseOf, FieldTest, Node, Times, When } from "../src/audiences/types";
import { type AudienceWorld, DAY_MS, SERIES, type WorldPerson } from "./audience-world";

/*
 * What an audience means, in the plainest code there is: every person is looked at, every clause is asked of them. Slow, and
 * obviously right; the compiler is held against it.
 */

export type Reference = {
  world: AudienceWorld;
  now: number;
  /** The postal codes of a place. */
  codesOf(clause: ClauseOf<"near"> | ClauseOf<"district">): readonly string[];
  /** A person's number of chance for a seed, and below which number a share is. */
  chanceOf(personNo: number, seed: number): number;
  chanceBelow(share: number): number;
};

/** The numbers of the people of an audience, in order. */
export function peopleByReference(audience: Audience, reference: Reference): number[] {
  const { world } = reference;
  const people = world.people.filter(
    (person) => person.erasedAt === null && person.mergedInto === null && isOf(audience, person, reference),
  );
  const { limit } = audience;
  if (!limit) return people.map(({ no }) => no);
  return [...people]
    .sort((one, other) => place(one, limit, reference) - place(other, limit, reference) || one.no - other.no)
    .slice(0, limit.people)
    .map(({ no }) => no)
    .sort((one, other) => one - other);
}

function place(
  person: WorldPerson,
  { by, seed }: NonNullable<Audience["limit"]>,
  reference: Reference,
): number {
  switch (by) {
    case "random":
      return reference.chanceOf(person.no, seed);
    case "newest":
      return -person.createdAt;
    case "oldest":
      return person.createdAt;
    case "active": {
      const acts = reference.world.participations.filter(
        (each) => each.personNo === person.no && each.removalNo === 0,
      );
      return acts.length === 0 ? 9_000_000_000_000_000 : -Math.max(...acts.map(({ actedAt }) => actedAt));
    }
  }
}

function isOf({ include, exclude }: Audience, person: WorldPerson, reference: Reference): boolean {
  if (!holds(include, person, reference)) return false;
  return exclude === undefined || !holds(exclude, person, reference);
}

function holds(node: Node, person: WorldPerson, reference: Reference): boolean {
  if ("all" in node) return node.all.every((child) => holds(child, person, reference));
  if ("any" in node) return node.any.some((child) => holds(child, person, reference));
  if ("not" in node) return !holds(node.not, person, reference);
  return isTrue(node, person, reference);
}

const fold = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
/** A word of a list is looked for as it is, in capitals and in small letters; only A to Z of what is stored are folded. */
const isAmong = (value: string | null, texts: readonly string[]) =>
  texts.some((text) =>
    [text, text.toUpperCase(), text.toLowerCase()].some((form) => fold(form) === fold(value ?? "")),
  );
const bare = (code: string) => code.replace(/[a-z]/g, (letter) => letter.toUpperCase()).replace(/[ -]/g, "");

function isThen(at: number | null, when: When | undefined, now: number): boolean {
  if (at === null) return false;
  if (!when) return true;
  if ("lastDays" in when) return at >= now - when.lastDays * DAY_MS;
  if ("beforeDays" in when) return at < now - when.beforeDays * DAY_MS;
  return at >= (when.from ?? Number.NEGATIVE_INFINITY) && at < (when.to ?? Number.POSITIVE_INFINITY);
}

function isOften(count: number, times: Times | undefined): boolean {
  return count >= (times?.least ?? 1) && count <= (times?.most ?? Number.POSITIVE_INFINITY);
}

function isBetween(
  value: number,
  { least, most }: { least?: number | undefined; most?: number | undefined },
) {
  return value >= (least ?? Number.NEGATIVE_INFINITY) && value <= (most ?? Number.POSITIVE_INFINITY);
}

function isTrue(clause: Clause, person: WorldPerson, reference: Reference): boolean {
  const { world, now } = reference;
  const mine = <Row extends { personNo: number }>(rows: readonly Row[]) =>
    rows.filter(({ personNo }) => personNo === person.no);
  const acts = mine(world.participations).filter((each) => each.removalNo === 0);
  switch (clause.is) {
    case "subscription": {
      const status = clause.channel === "email" ? person.emailStatus : person.mobileStatus;
      const names = ["none", "subscribed", "unsubscribed", "bounced", "complained"] as const;
      return clause.status.some((name) => names[status] === name);
    }
    case "has":
      if (clause.what === "name") return Boolean(person.givenName) || Boolean(person.familyName);
      if (clause.what === "postal_code") return Boolean(person.postalCode);
      return Boolean(clause.what === "email" ? person.email : person.phone);
    case "tag": {
      const has = (tag: number) =>
        standing(tag, world.goneTags).some((no) => mine(world.taggings).some(({ tagNo }) => tagNo === no));
      return clause.match === "any" ? clause.tags.some(has) : clause.tags.every(has);
    }
    case "field":
      return mine(world.values).some(
        ({ fieldNo, value }) =>
          standing(clause.field, world.goneFields).includes(fieldNo) && passes(value, clause.test),
      );
    case "action": {
      const found = acts.filter(
        ({ actionNo, actedAt, source, standing: place }) =>
          place !== 3 &&
          (!clause.actions || clause.actions.includes(actionNo)) &&
          (!clause.kinds ||
            clause.kinds.includes(world.actions.find(({ no }) => no === actionNo)?.kind ?? "")) &&
          (!clause.sources || (source !== null && clause.sources.includes(source))) &&
          isThen(actedAt, clause.when, now),
      );
      return isOften(found.length, clause.times);
    }
    case "donation":
      return hasGiven(clause, acts, reference);
    case "recurring":
      return acts.some(({ actionNo, id }) =>
        world.subscriptions.some(
          (each) =>
            each.id === id &&
            each.actionNo === actionNo &&
            clause.states.some(
              (name) => ({ active: 1, past_due: 2, paused: 3, ended: 4 })[name] === each.state,
            ),
        ),
      );
    case "mail":
      return hasMail(clause, person, reference);
    case "series": {
      const kin = SERIES.filter(({ no }) => clause.series.includes(no)).map(({ family }) => family);
      const runs = SERIES.filter(({ family }) => kin.includes(family)).flatMap((each) => each.runs);
      return world.recipients.some(
        ({ personNo, mailingNo, status }) =>
          isTheirs(personNo, person, world) && runs.includes(mailingNo) && [1, 2, 3, 6].includes(status),
      );
    }
    case "country":
      return clause.countries.includes(person.country ?? "");
    case "region":
      return (!clause.country || clause.country === person.country) && isAmong(person.region, clause.regions);
    case "city":
      return isAmong(person.locality, clause.cities);
    case "postal":
      return (
        (!clause.country || clause.country === person.country) &&
        clause.prefixes.some((prefix) => bare(person.postalCode ?? "").startsWith(bare(prefix)))
      );
    case "near":
    case "district": {
      const start = (length: number) => (person.postalCode ?? "").slice(0, length).toUpperCase();
      const codes = reference.codesOf(clause);
      const isCanadian = person.country === "CA" && (clause.is === "district" || clause.country === "CA");
      const isAmerican = person.country === "US" && (clause.is === "district" || clause.country === "US");
      return (isCanadian && codes.includes(start(3))) || (isAmerican && codes.includes(start(5)));
    }
    case "source":
      return acts.some(
        ({ source, actionNo }) =>
          source !== null &&
          clause.sources.includes(source) &&
          (!clause.first || actionNo === person.firstActionNo),
      );
    case "import":
      return mine(world.imported).some(
        ({ importNo, isNew }) => clause.imports.includes(importNo) && (clause.who === "all" || isNew),
      );
    case "joined":
      return isThen(person.createdAt, clause.when, now);
    case "language":
      return isAmong(person.language, clause.languages);
    case "mailbox":
      return isAmong((person.email ?? "").split("@").at(-1) ?? "", clause.domains);
    case "engagement": {
      const level = mine(world.scores)[0]?.level ?? 0;
      return clause.levels.some((name) => ["quiet", "warm", "active", "core"].indexOf(name) === level);
    }
    case "active": {
      const done = acts.filter(
        ({ actedAt, standing: place }) => place !== 3 && isThen(actedAt, clause.when, now),
      );
      const read = world.mailEvents
        .filter((event) => isTheirs(event.personNo, person, world))
        .filter(
          ({ openedS, clickedS }) =>
            isThen(inMs(openedS), clause.when, now) || isThen(inMs(clickedS), clause.when, now),
        );
      return isOften(done.length + read.length, clause.times);
    }
    case "sample":
      return reference.chanceOf(person.no, clause.seed) < reference.chanceBelow(clause.share);
    case "saved": {
      const saved = world.saved.find(({ no }) => no === clause.audience);
      return saved !== undefined && peopleByReference(saved.audience, reference).includes(person.no);
    }
    case "people":
      return clause.people.includes(person.no);
  }
}

const inMs = (seconds: number | null) => (seconds === null ? null : seconds * 1000);

/** The numbers that mean what this one means now. */
function standing(no: number, gone: AudienceWorld["goneTags"]): number[] {
  const end = (from: number): number => {
    const into = gone.find((each) => each.no === from)?.into ?? null;
    return into === null ? from : end(into);
  };
  if (gone.some((each) => each.no === end(no) && each.into === null)) return [];
  return [...new Set([end(no), ...gone.filter((each) => end(each.no) === end(no)).map((each) => each.no)])];
}

function passes(value: string, test: FieldTest): boolean {
  switch (test.op) {
    case "known":
      return value !== "" && value !== "[]";
    case "is":
      return isAmong(value, test.values);
    case "contains":
      return fold(value).includes(fold(test.text));
    case "begins":
      return fold(value).startsWith(fold(test.text));
    case "number":
      return /^-?(\d+\.?\d*|\.\d+)$/.test(value) && isBetween(Number(value), test);
    case "day":
      return (
        /^\d{4}-\d\d-\d\d$/.test(value) &&
        (!test.from || value >= test.from) &&
        (!test.to || value <= test.to)
      );
    case "chosen": {
      const chosen = choicesIn(value);
      const has = (wanted: string) => chosen.some((choice) => isAmong(choice, [wanted]));
      return test.match === "any" ? test.values.some(has) : test.values.every(has);
    }
  }
}

function choicesIn(value: string): string[] {
  try {
    const read: unknown = JSON.parse(value);
    if (Array.isArray(read)) return read.map(String);
  } catch {
    // Plain text is one choice.
  }
  return [value];
}

function hasGiven(
  clause: ClauseOf<"donation">,
  acts: AudienceWorld["participations"],
  { world, now }: Reference,
): boolean {
  const gifts = acts
    .filter(
      ({ actionNo, amount, currency, actedAt, standing: place }) =>
        amount !== null &&
        place !== 3 &&
        world.actions.find(({ no }) => no === actionNo)?.kind === "fundraiser" &&
        (!clause.actions || clause.actions.includes(actionNo)) &&
        (!clause.currency || clause.currency === currency) &&
        isThen(actedAt, clause.when, now),
    )
    .map((gift) => {
      const lines = world.ledger.filter(
        (line) => line.paymentId === gift.id && line.kind > 2 && line.currency === gift.currency,
      );
      return { ...gift, net: lines.reduce((sum, line) => sum + line.amount, gift.amount ?? 0) };
    })
    .filter(({ net }) => net > 0)
    .sort((one, other) => one.actedAt - other.actedAt || (one.id < other.id ? -1 : 1));
  const last = gifts.at(-1);
  if (!last || !isOften(gifts.length, clause.times)) return false;
  return (
    (!clause.total ||
      isBetween(
        gifts.reduce((sum, { net }) => sum + net, 0),
        clause.total,
      )) &&
    (!clause.largest || isBetween(Math.max(...gifts.map(({ net }) => net)), clause.largest)) &&
    (!clause.last || isBetween(last.net, clause.last))
  );
}

/** What was sent to somebody who was merged since is theirs whom they turned out to be. */
function isTheirs(no: number, person: WorldPerson, world: AudienceWorld): boolean {
  return no === person.no || world.people.some((other) => other.no === no && other.mergedInto === person.no);
}

function hasMail(
  { did, mailings, when, times }: ClauseOf<"mail">,
  person: WorldPerson,
  { world, now }: Reference,
): boolean {
  const isMeant = (mailingNo: number) => !mailings || mailings.includes(mailingNo);
  if (did === "received") {
    const got = world.recipients.filter(({ personNo, mailingNo, status }) => {
      const sentAt = world.mailings.find(({ no }) => no === mailingNo)?.sentAt ?? null;
      return (
        isTheirs(personNo, person, world) &&
        status === 3 &&
        isMeant(mailingNo) &&
        (!when || isThen(sentAt, when, now))
      );
    });
    return isOften(got.length, times);
  }
  const found = world.mailEvents.filter(({ personNo, mailingNo, openedS, clickedS }) => {
    const at = inMs(did === "opened" ? openedS : clickedS);
    return isTheirs(personNo, person, world) && isMeant(mailingNo) && isThen(at, when, now);
  });
  return isOften(found.length, times);
}
