/** A line as a terminal leaves it: each carriage return writes over what stands, a backspace goes one back. */
function foldLine(line: string): string {
  let shown: string[] = [];
  for (const part of line.split('\r')) {
    const fresh = [...eraseBack(part)];
    // A blank start of the line ("\r" + spaces) clears what it covers.
    shown = fresh.length >= shown.length ? fresh : [...fresh, ...shown.slice(fresh.length)];
  }
  return shown.join('').trimEnd();
}

function eraseBack(part: string): string {
  if (!part.includes('\b')) return part;
  const kept: string[] = [];
  for (const character of part)
    if (character === '\b') kept.pop();
    else kept.push(character);
  return kept.join('');
}

/** A stream's text with its progress bars folded to what they showed last. */
export function foldProgress(text: string): string {
  if (!text.includes('\r') && !text.includes('\b')) return text;
  return text
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map((line) => (/[\r\b]/.test(line) ? foldLine(line) : line))
    .join('\n');
}
