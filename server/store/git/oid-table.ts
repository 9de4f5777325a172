/** Of an object's name, in bytes. */
export const NAME = 20;
const FIRST = 1024;

/**
 * The names of a repository's objects, each with marks and a number of its finder's: about 40 bytes a name, where a Set of strings
 * takes more than a hundred.
 */
export class OidTable {
  private names = Buffer.alloc(FIRST * NAME);
  private marks = new Uint8Array(FIRST);
  private hints = new Uint32Array(FIRST);
  /** Positions, counted from one, by the first bytes of their names, which are as good as random; 0 is free. */
  private slots = new Uint32Array(2 * FIRST);
  private count = 0;

  /** How many names there are. */
  get size(): number {
    return this.count;
  }

  /** The position of the name that stands in `names` at `at`, added where it is new. */
  add(names: Buffer, at = 0): number {
    const slot = this.slotOf(names, at);
    const known = this.slots[slot] ?? 0;
    if (known > 0) return known - 1;
    const position = this.count;
    if (position === this.marks.length) {
      this.grow();
      return this.add(names, at);
    }
    names.copy(this.names, position * NAME, at, at + NAME);
    this.count += 1;
    this.slots[slot] = this.count;
    return position;
  }

  /** The position of a name; undefined when it is not here. */
  find(names: Buffer, at = 0): number | undefined {
    const known = this.slots[this.slotOf(names, at)] ?? 0;
    return known === 0 ? undefined : known - 1;
  }

  /** True when one of the marks is set. */
  has(position: number, marks: number): boolean {
    return ((this.marks[position] ?? 0) & marks) !== 0;
  }

  mark(position: number, marks: number): void {
    this.marks[position] = (this.marks[position] ?? 0) | marks;
  }

  /** A number of 32 bits that was set; 0 before. */
  hint(position: number): number {
    return this.hints[position] ?? 0;
  }

  setHint(position: number, hint: number): void {
    this.hints[position] = hint;
  }

  name(position: number): string {
    return this.names.toString('hex', position * NAME, (position + 1) * NAME);
  }

  private slotOf(names: Buffer, at: number): number {
    const last = this.slots.length - 1;
    for (let slot = names.readUInt32LE(at) & last; ; slot = (slot + 1) & last) {
      const known = this.slots[slot] ?? 0;
      if (known === 0) return slot;
      const start = (known - 1) * NAME;
      if (names.compare(this.names, start, start + NAME, at, at + NAME) === 0) return slot;
    }
  }

  private grow(): void {
    const most = 2 * this.marks.length;
    const { names, marks, hints } = this;
    this.names = Buffer.alloc(most * NAME);
    this.marks = new Uint8Array(most);
    this.hints = new Uint32Array(most);
    names.copy(this.names);
    this.marks.set(marks);
    this.hints.set(hints);
    this.slots = new Uint32Array(2 * most);
    for (let position = 0; position < this.count; position += 1)
      this.slots[this.slotOf(this.names, position * NAME)] = position + 1;
  }
}
