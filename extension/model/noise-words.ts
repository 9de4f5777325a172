/** Kinds of noise as people call them; what is not here is a person's own kind, or a newer server's. */
const WORDS: Readonly<Record<string, string>> = {
  address: 'addresses',
  base64_wrapping: 'base64 wrappings',
  cell_id: 'cell ids',
  div_id: 'generated ids',
  duration: 'durations',
  editor_metadata: 'editor settings',
  execution_count: 'execution counts',
  execution_time: 'execution times',
  format: 'format upgrades',
  kernel_version: 'kernel details',
  library_frames: 'frames of libraries',
  line_ends: 'line-end styles',
  markup_form: 'ways of writing markup',
  metric_time: 'times of logging',
  output_metadata: 'output settings',
  picture_remarks: 'picture remarks',
  process_id: 'process ids',
  progress: 'progress bars',
  prompt: 'prompt numbers',
  stream_chunks: 'stream chunkings',
  temp_path: 'temporary paths',
  timestamp: 'timestamps',
  tracking_link: 'tracking links',
  widget_id: 'widget ids',
  widget_state: 'widget states',
};

/** The words for a kind of noise. */
export function noiseWord(kind: string): string {
  return Object.hasOwn(WORDS, kind) ? (WORDS[kind] ?? kind) : kind.replaceAll('_', ' ');
}

/** The kinds of noise in one phrase: "memory addresses, durations". */
export function noiseWords(kinds: Readonly<Record<string, number>>): string {
  return Object.keys(kinds).sort().map(noiseWord).join(', ');
}
