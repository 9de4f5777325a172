/** A line as a terminal leaves it: each carriage return writes over what stands, a backspace goes one back. */
function foldLine(line: string): string {
  const shown: string[] = [];
  for (const part of line.split('\r')) {
    const fresh = Array.from(eraseBack(part));
    for (const [place, character] of fresh.entries()) shown[place] = character;
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

/** A stream's text with its progress bars folded to what they showed last; a line that ends in CRLF stands. */
export function foldProgress(text: string): string {
  if (!text.includes('\r') && !text.includes('\b')) return text;
  return text
    .split('\n')
    .map((line, n, lines) => {
      const whole = n < lines.length - 1 ? withoutEnd(line) : line;
      return whole.includes('\r') || whole.includes('\b') ? foldLine(whole) : whole;
    })
    .join('\n');
}

function withoutEnd(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === '\r') end--;
  return line.slice(0, end);
}
