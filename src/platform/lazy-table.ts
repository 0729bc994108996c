/**
 * A table of an object that is made with its first row. Making a table writes rows, and those are paid for by every object
 * that is ever made, also where the table is for what seldom happens.
 */
export class LazyTable {
  readonly #sql: SqlStorage;
  readonly #statement: string;
  #isThere: boolean;

  /** @param definition what follows the table's name in `CREATE TABLE` */
  constructor(sql: SqlStorage, name: string, definition: string) {
    this.#sql = sql;
    this.#statement = `CREATE TABLE ${name} ${definition}`;
    this.#isThere =
      sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", name).toArray().length > 0;
  }

  /** Without the table there is nothing to read. */
  get isThere(): boolean {
    return this.#isThere;
  }

  /** To be called before a row is written, and not in a transaction: one that is rolled back would take the table with it. */
  make(): void {
    if (this.#isThere) return;
    this.#sql.exec(this.#statement);
    this.#isThere = true;
  }
}
