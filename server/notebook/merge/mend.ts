const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const WORD = /[^\s"{}[\],:]+/y;

/**
 * A JSON text with its commas put right: missing ones set between values, surplus ones taken out, and brackets closed that a line-wise
 * merge left open. Everything else stays as it is.
 */
export function mendJson(text: string): string {
  const out: string[] = [];
  const open: string[] = [];
  let at = 0;
  let comma: number | undefined;
  // Whether the last token ended a value: then another value needs a comma before it.
  let ended = false;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const value = (token: string) => {
    if (ended && comma === undefined) out.push(',');
    out.push(token);
    comma = undefined;
  };
  const dropComma = () => {
    if (comma !== undefined) out[comma] = '';
    comma = undefined;
  };
  while (at < text.length) {
    out.push(match(SPACE) ?? '');
    const char = text[at];
    if (char === undefined) break;
    if (char === '{' || char === '[') {
      at++;
      value(char);
      open.push(char === '{' ? '}' : ']');
      ended = false;
    } else if (char === '}' || char === ']') {
      at++;
      dropComma();
      // A bracket that nothing opened is left out; those between it and its partner are closed.
      if (!open.includes(char)) continue;
      for (let close = open.pop(); close !== undefined; close = open.pop()) {
        out.push(close);
        if (close === char) break;
      }
      ended = true;
    } else if (char === ',') {
      at++;
      if (!ended || comma !== undefined) continue;
      comma = out.length;
      out.push(',');
    } else if (char === ':') {
      at++;
      out.push(':');
      ended = false;
    } else {
      const token = match(STRING) ?? match(WORD) ?? text.slice(at, ++at);
      value(token);
      ended = true;
    }
  }
  dropComma();
  out.push(...open.reverse());
  return out.join('');
}
