import type { Commit } from '../store/git/commit.js';

/** A commit's message without the paragraph of its trailers. */
export function subjectOf({ message, trailers }: Commit): string {
  const text = message.trimEnd();
  if (trailers.size === 0) return text;
  const end = text.lastIndexOf('\n\n');
  return end < 0 ? '' : text.slice(0, end);
}
