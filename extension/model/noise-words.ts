/** Kinds of noise as people call them; what is not here is a person's own kind, or a newer server's. */
const WORDS: Readonly<Record<string, string>> = {
  address: 'memory addresses',
  base64_wrapping: 'line breaks in picture data',
  cell_id: 'cell ids',
  cell_ids: 'cell ids',
  chunks: 'chunks of printed text',
  div_id: 'ids in HTML',
  duration: 'durations',
  editor_metadata: 'editor settings',
  execution_count: 'execution counts',
  format: 'notebook format',
  kernel_version: 'kernel version',
  library_frames: 'library frames in tracebacks',
  picture_remarks: 'remarks in picture files',
  progress: 'progress bars',
  prompt: 'prompt numbers',
  stream_chunks: 'chunks of printed text',
  temp_path: 'temporary paths',
  timestamp: 'times of day',
  tracking_link: 'links to runs',
  widget_id: 'widget ids',
};

/** The words for a kind of noise. */
export function noiseWord(kind: string): string {
  return Object.hasOwn(WORDS, kind) ? (WORDS[kind] ?? kind) : kind.replaceAll('_', ' ');
}

/** The kinds of noise in one phrase: "memory addresses, durations". */
export function noiseWords(kinds: Readonly<Record<string, number>>): string {
  return Object.keys(kinds).sort().map(noiseWord).join(', ');
}
