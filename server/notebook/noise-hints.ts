/** Groups, classes, escaped classes and characters that may be missing or repeat: what in the source of a hint stands for no fixed text. */
const LOOSE =
  /\((?:\?:)?[^()]*\)\??|\[[^\]]*\](?:\{[\d,]+\}|\?)?|\\d(?:\{[\d,]+\})?|.(?:\?|\{[\d,]+\})/g;

/** The fixed texts that all text matching a hint holds, for each of the hint's alternatives. */
function fixedTexts(hint: string): readonly (readonly string[])[] {
  // A blank line stands in no hint, so it can stand for what was taken out.
  const fixed = hint.replace(LOOSE, '\n');
  return fixed
    .split(/(?<!\\)\|/)
    .map((option) => option.replace(/\\(.)/g, '$1').split('\n').filter(Boolean));
}

const known = new Map<string, readonly (readonly string[])[]>();

/** Which ASCII characters follow each other in texts: one look at each character rules out most of what can be searched for. */
export class Neighbours {
  private readonly seen = new Uint8Array(1 << 14);

  constructor(texts: readonly string[]) {
    for (const text of texts) this.add(text);
  }

  private add(text: string): void {
    const { seen } = this;
    let last = 0;
    for (let at = 0; at < text.length; at++) {
      // Other characters are taken for ASCII ones: that rules out less, and nothing wrongly.
      const code = text.charCodeAt(at) & 0x7f;
      seen[(last << 7) | code] = 1;
      last = code;
    }
  }

  private holds(part: string): boolean {
    if (part.length === 1) {
      const code = part.charCodeAt(0) & 0x7f;
      for (let last = 0; last < 128; last++) if (this.seen[(last << 7) | code] === 1) return true;
      return false;
    }
    for (let at = 1; at < part.length; at++) {
      const pair = ((part.charCodeAt(at - 1) & 0x7f) << 7) | (part.charCodeAt(at) & 0x7f);
      if (this.seen[pair] !== 1) return false;
    }
    return true;
  }

  /** False when nothing in the texts matches the hint (the source of a pattern, as in NoiseRule). */
  mayMatch(hint: string): boolean {
    const options = known.get(hint) ?? fixedTexts(hint);
    known.set(hint, options);
    return options.some((parts) => parts.every((part) => this.holds(part)));
  }
}
