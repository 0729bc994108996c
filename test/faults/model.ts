/*
 * What must come out of intake, in plain words: no objects, no drains, no SQL. It hears what was acknowledged, what reached
 * the database and in which order, and what organisers did; it says who counts, with which answer, and who is subscribed.
 */

export type Act = {
  actionNo: number;
  email: string;
  at: number;
  name: string;
  comment: string;
  source: string;
  /** 0 not asked, 1 yes, 2 no */
  consent: 0 | 1 | 2 | 3;
};

export type Taken = {
  answerAt: number;
  name: string;
  comment: string;
  source: string;
  removedBy: number | "erased" | null;
};

export type Person = {
  emails: Set<string>;
  name: string;
  nameAt: number;
  status: 0 | 1 | 2;
  statusAt: number | null;
  /** actionNo → what they did */
  taken: Map<number, Taken>;
  consents: Set<string>;
};

/** The database as it should be, told of each thing that happens to it. */
export class Model {
  readonly acts: Act[] = [];
  readonly #people = new Map<string, Person>();
  readonly #gone: Taken[] = [];
  readonly #erasedAt = new Map<string, number>();
  readonly #committed = new Set<string>();

  /** Someone was told "thank you". */
  acknowledge(act: Act): void {
    this.acts.push(act);
  }

  person(email: string): Person | undefined {
    return this.#people.get(email);
  }

  people(): Person[] {
    return [...new Set(this.#people.values())];
  }

  /** A row of a page is in the database, perhaps once more. */
  commit(actionNo: number, email: string, at: number): void {
    const act = this.acts.find((one) => one.actionNo === actionNo && one.email === email && one.at === at);
    if (!act) throw new Error(`a row that nobody sent: action ${actionNo}, ${email}, ${at}`);
    this.#committed.add(key(act));
    if (this.#isForgotten(act)) return;
    const person = this.#people.get(email) ?? this.#newPerson(act);
    if (act.at > person.nameAt) Object.assign(person, { name: act.name, nameAt: act.at });
    if (act.consent === 1 && act.at > (person.statusAt ?? -1))
      Object.assign(person, { status: 1, statusAt: act.at });
    if (act.consent > 0) person.consents.add(`${act.at} ${actionNo} ${act.consent === 3 ? 1 : act.consent}`);
    const taken = person.taken.get(actionNo);
    if (!taken) person.taken.set(actionNo, { ...said(act), source: act.source, removedBy: null });
    else if (act.at > taken.answerAt && taken.removedBy !== "erased") Object.assign(taken, said(act));
  }

  #newPerson(act: Act): Person {
    const person: Person = {
      emails: new Set([act.email]),
      name: "",
      nameAt: -1,
      status: act.consent === 3 ? 0 : act.consent,
      statusAt: act.consent === 1 ? act.at : null,
      taken: new Map(),
      consents: new Set(),
    };
    this.#people.set(act.email, person);
    return person;
  }

  unsubscribe(person: Person, at: number): void {
    if (at >= (person.statusAt ?? -1)) Object.assign(person, { status: 2, statusAt: at });
  }

  /** Takes what `chosen` picks of those counted now out of the count. Gives how many. */
  remove(actionNo: number, removalNo: number, chosen: (person: Person, taken: Taken) => boolean): number {
    const counted = this.#countedNow(actionNo).filter(([person, taken]) => chosen(person, taken));
    for (const [, taken] of counted) taken.removedBy = removalNo;
    return counted.length;
  }

  undo(actionNo: number, removalNo: number): number {
    const removed = this.people()
      .flatMap((person) => person.taken.get(actionNo) ?? [])
      .filter((taken) => taken.removedBy === removalNo);
    for (const taken of removed) taken.removedBy = null;
    return removed.length;
  }

  erase(person: Person, at: number): void {
    for (const email of person.emails) {
      this.#erasedAt.set(email, at);
      this.#people.delete(email);
    }
    this.#gone.push(...person.taken.values());
  }

  /** Where both acted, the newest answer that is not removed stays, counted or removed as it was for the one kept. */
  merge(kept: Person, lost: Person): void {
    for (const email of lost.emails) {
      kept.emails.add(email);
      this.#people.set(email, kept);
    }
    if (lost.nameAt > kept.nameAt) Object.assign(kept, { name: lost.name, nameAt: lost.nameAt });
    if ((lost.statusAt ?? -1) > (kept.statusAt ?? -1))
      Object.assign(kept, { status: lost.status, statusAt: lost.statusAt });
    for (const consent of lost.consents) kept.consents.add(consent);
    for (const [actionNo, theirs] of lost.taken) {
      const ours = kept.taken.get(actionNo);
      if (!ours) kept.taken.set(actionNo, theirs);
      else if (theirs.answerAt > ours.answerAt && theirs.removedBy === null) {
        Object.assign(ours, { answerAt: theirs.answerAt, name: theirs.name, comment: theirs.comment });
      }
    }
  }

  count(actionNo: number): number {
    return this.#countedNow(actionNo).length;
  }

  #countedNow(actionNo: number): [Person, Taken][] {
    return this.people().flatMap((person) => {
      const taken = person.taken.get(actionNo);
      return taken?.removedBy === null ? [[person, taken] as [Person, Taken]] : [];
    });
  }

  /** What was acknowledged, not asked to be forgotten, and never arrived. Must be empty in the end. */
  lost(): Act[] {
    return this.acts.filter((act) => !this.#committed.has(key(act)) && !this.#isForgotten(act));
  }

  /** What people said before they asked to be forgotten: nothing of it may be found anywhere. */
  forgotten(): Act[] {
    return this.acts.filter((act) => this.#isForgotten(act));
  }

  #isForgotten(act: Act): boolean {
    return act.at <= (this.#erasedAt.get(act.email) ?? -1);
  }
}

function said({ at, name, comment }: Act): Pick<Taken, "answerAt" | "name" | "comment"> {
  return { answerAt: at, name, comment };
}

function key(act: Act): string {
  return `${act.actionNo} ${act.email} ${act.at}`;
}
