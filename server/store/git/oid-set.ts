import { OidTable } from './oid-table.js';

/** Names of objects, in about forty bytes each: years of history have millions. */
export class OidSet {
  private readonly table = new OidTable();

  get size(): number {
    return this.table.size;
  }

  has(oid: string): boolean {
    return this.table.find(Buffer.from(oid, 'hex')) !== undefined;
  }

  /** False when it was there already. */
  add(oid: string): boolean {
    const { size } = this.table;
    this.table.add(Buffer.from(oid, 'hex'));
    return this.table.size > size;
  }

  /** In the order in which they were added. */
  *values(): Generator<string> {
    for (let at = 0; at < this.table.size; at += 1) yield this.table.name(at);
  }
}
