/**
 * Whether a text is as a pattern of SQL's LIKE says: `%` stands for any characters, `_` for one. In time that is at most the product of
 * both lengths, whatever the pattern.
 */
export function isLike(text: string, pattern: string): boolean {
  const [letters, wanted] = [Array.from(text), Array.from(pattern)];
  let [at, from] = [0, 0];
  let star: { readonly at: number; from: number } | undefined;
  while (from < letters.length) {
    const mark = wanted[at];
    if (mark === '%') {
      star = { at, from };
      at += 1;
    } else if (mark !== undefined && (mark === '_' || mark === letters[from])) {
      at += 1;
      from += 1;
    } else if (star !== undefined) {
      // The last % takes one more; what an earlier one takes can stay as it is.
      star.from += 1;
      from = star.from;
      at = star.at + 1;
    } else return false;
  }
  return wanted.slice(at).every((mark) => mark === '%');
}
