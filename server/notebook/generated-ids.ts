/** Ids that a drawing program makes of random or counted parts: matplotlib's, Plotly's, Vega's, and anything with a long hex number. */
const GENERATED =
  /^(?:[mp][0-9a-f]{10}|(?:clip|clip-path|gradient|mask|pattern|filter|mermaid|glyph)[-_]?\d+(?:-\d+)*|(?=[\w-]*\d)[\w-]*[0-9a-f]{6,}[\w-]*)$/;
const DEFINITION = /\sid="([^"]{1,200})"/;
const REFERENCE = /#([\w.:-]{1,200})/g;

/** Lines of SVG (as `plainLines` gives them) with generated ids numbered in order, so that only what they join counts. */
export function numberIds(lines: readonly string[]): string[] {
  const numbers = new Map<string, string>();
  for (const line of lines) {
    const id = DEFINITION.exec(line)?.[1];
    if (id !== undefined && GENERATED.test(id) && !numbers.has(id))
      numbers.set(id, `id-${numbers.size + 1}`);
  }
  if (numbers.size === 0) return [...lines];
  return lines.map((line) =>
    line
      .replace(DEFINITION, (whole, id: string) => {
        const number = numbers.get(id);
        return number === undefined ? whole : ` id="${number}"`;
      })
      .replace(REFERENCE, (whole, id: string) => {
        const number = numbers.get(id);
        return number === undefined ? whole : `#${number}`;
      }),
  );
}
