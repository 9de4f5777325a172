const NAME = 20;
const LEAST = 1024;

/** Names of objects, in about forty bytes each: years of history have millions. */
export class OidSet {
  private slots = Buffer.alloc(LEAST * NAME);
  private count = 0;

  get size(): number {
    return this.count;
  }

  has(oid: string): boolean {
    return !this.isFree(this.place(Buffer.from(oid, 'hex')));
  }

  /** False when it was there already. */
  add(oid: string): boolean {
    if ((this.count + 1) * 2 * NAME > this.slots.length) this.grow();
    const name = Buffer.from(oid, 'hex');
    if (name.length !== NAME) throw new RangeError(`${oid} names no object`);
    const at = this.place(name);
    if (!this.isFree(at)) return false;
    name.copy(this.slots, at);
    this.count += 1;
    return true;
  }

  /** In no order. */
  *values(): Generator<string> {
    for (let at = 0; at < this.slots.length; at += NAME)
      if (!this.isFree(at)) yield this.slots.toString('hex', at, at + NAME);
  }

  /** Where a name is, or would be. Names are evenly spread already: their first bytes say where to look. */
  private place(name: Buffer): number {
    const places = this.slots.length / NAME;
    let at = (name.readUInt32BE(0) % places) * NAME;
    while (!this.isFree(at) && name.compare(this.slots, at, at + NAME) !== 0)
      at = (at + NAME) % this.slots.length;
    return at;
  }

  /** No object has a name of zeros: git itself writes it for "none". */
  private isFree(at: number): boolean {
    for (let byte = at; byte < at + NAME; byte += 1) if (this.slots[byte] !== 0) return false;
    return true;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = Buffer.alloc(old.length * 2);
    for (let at = 0; at < old.length; at += NAME) {
      const name = old.subarray(at, at + NAME);
      if (name.some((byte) => byte !== 0)) name.copy(this.slots, this.place(name));
    }
  }
}
