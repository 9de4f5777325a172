import { addLines } from './git-config.js';

const OURS = /^\*\.ipynb diff=cellar merge=cellar(?: filter=cellar)?\r?$/;

/** The text of an attributes file with our line at its end, and no other of ours. */
export function addAttributes(text: string | undefined, filter: boolean): string {
  const before = removeAttributes(text ?? '');
  const line = `*.ipynb diff=cellar merge=cellar${filter ? ' filter=cellar' : ''}`;
  return addLines(line, { text, before, newline: before.includes('\r\n') ? '\r\n' : '\n' });
}

/** The text without our line. */
export function removeAttributes(text: string): string {
  const lines = text.split('\n');
  const last = lines.at(-1) ?? '';
  const rest = lines.filter((line) => !OURS.test(line)).join('\n');
  // Our line had no newline after it, since the one before it had none.
  return OURS.test(last) ? rest.replace(/\r$/, '') : rest;
}

/** The lines of someone else that say how notebooks are compared, merged or filtered: ours, coming later, wins over them. */
export function findOthers(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .filter(
      (line) => /^\s*[^#\s]*\.ipynb\s.*\b(diff|merge|filter)\b/.test(line) && !OURS.test(line),
    )
    .map((line) => line.trim());
}
