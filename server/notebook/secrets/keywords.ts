/** Finds many keywords in one pass over a text, whatever their case: the automaton of Aho and Corasick (1975), as one table. */
export interface Keywords {
  /** Whether any of them stands in these bytes (UTF-8 or Latin-1), from `start` up to `end`. */
  occurIn(bytes: Uint8Array, start: number, end: number): boolean;
  /** Calls `hit` with the keyword's number and the offset behind it, in order of these offsets. */
  find(text: string, hit: (keyword: number, end: number) => void): void;
}

/** Keywords are printable ASCII in lower case; none is empty. */
export function createKeywords(keywords: readonly string[]): Keywords {
  const { classes, width } = toClasses(keywords);
  const next: number[][] = [new Array<number>(width).fill(0)];
  const ends: number[][] = [[]];
  for (const [number, keyword] of keywords.entries()) {
    let state = 0;
    for (const letter of Buffer.from(keyword)) {
      const row = next[state] ?? [];
      const kind = classes[letter] ?? 0;
      let to = row[kind] ?? 0;
      if (to === 0) {
        to = next.push(new Array<number>(width).fill(0)) - 1;
        ends.push([]);
        row[kind] = to;
      }
      state = to;
    }
    ends[state]?.push(number);
  }
  return toScanner(link(next, ends, width), ends, { classes, width });
}

interface Alphabet {
  /** Of each byte: 0 for those in no keyword. */
  readonly classes: Uint8Array;
  readonly width: number;
}

function toClasses(keywords: readonly string[]): Alphabet {
  const classes = new Uint8Array(256);
  const letters = [...new Set(keywords.join(''))].sort();
  for (const [index, letter] of letters.entries()) {
    classes[letter.charCodeAt(0)] = index + 1;
    classes[letter.toUpperCase().charCodeAt(0)] = index + 1;
  }
  return { classes, width: letters.length + 1 };
}

/** Completes the tree of keywords: where one cannot go on, the table goes where the longest end of it can, breadth first. */
function link(next: number[][], ends: number[][], width: number): Uint16Array {
  const table = new Uint16Array(next.length * width);
  const fallback = new Uint16Array(next.length);
  const pending = [0];
  for (const state of pending) {
    const back = fallback[state] ?? 0;
    for (let kind = 0; kind < width; kind++) {
      const to = next[state]?.[kind] ?? 0;
      const other = state === 0 ? 0 : (table[back * width + kind] ?? 0);
      table[state * width + kind] = to === 0 ? other : to;
      if (to === 0) continue;
      fallback[to] = other;
      ends[to]?.push(...(ends[other] ?? []));
      pending.push(to);
    }
  }
  return table;
}

function toScanner(table: Uint16Array, ends: number[][], { classes, width }: Alphabet): Keywords {
  // A state stands in the table as where its row begins, which saves a multiplication for each letter.
  const rows = Uint32Array.from(table, (state) => state * width);
  const isEnd = new Uint8Array(table.length);
  for (const [state, list] of ends.entries()) if (list.length > 0) isEnd[state * width] = 1;
  return {
    occurIn: (bytes, start, end) => {
      let row = 0;
      for (let at = start; at < end; at++) {
        row = rows[row + (classes[bytes[at] ?? 0] ?? 0)] ?? 0;
        if (isEnd[row] === 1) return true;
      }
      return false;
    },
    find: (text, hit) => {
      let row = 0;
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        row = rows[row + (code < 256 ? (classes[code] ?? 0) : 0)] ?? 0;
        if (isEnd[row] === 1) for (const number of ends[row / width] ?? []) hit(number, at + 1);
      }
    },
  };
}
