/** A kind of noise, in words for people. */
export interface NoiseKind {
  readonly kind: string;
  /** What one difference of it is called, and several. */
  readonly one: string;
  readonly many: string;
  /** What it is, as a list of settings says it. */
  readonly title: string;
  readonly sample?: string;
}

/** Every kind of noise that Cellar knows, by name: what a diff counts and, when asked, shows. */
export const NOISE_KINDS: readonly NoiseKind[] = [
  {
    kind: 'address',
    one: 'address',
    many: 'addresses',
    title: 'Memory addresses of objects',
    sample: '<Model at 0x7f3a5c1d2e80>',
  },
  {
    kind: 'base64_wrapping',
    one: 'base64 wrapping',
    many: 'base64 wrappings',
    title: 'Where the lines of base64 end',
  },
  { kind: 'cell_id', one: 'cell id', many: 'cell ids', title: 'Ids of cells that were made anew' },
  {
    kind: 'div_id',
    one: 'generated id',
    many: 'generated ids',
    title: 'Ids that tables, plots and widgets make for each display',
    sample: '<div id="T_3f2a1">',
  },
  {
    kind: 'duration',
    one: 'duration',
    many: 'durations',
    title: 'How long something took',
    sample: 'Wall time: 1.2 s',
  },
  {
    kind: 'editor_metadata',
    one: 'editor setting',
    many: 'editor settings',
    title: 'What editors note in metadata: collapsed, scrolled and the like',
  },
  {
    kind: 'execution_count',
    one: 'execution count',
    many: 'execution counts',
    title: 'Execution counts of cells and outputs',
    sample: '[7]',
  },
  {
    kind: 'execution_time',
    one: 'execution time',
    many: 'execution times',
    title: 'When and how long a cell ran, as metadata',
    sample: 'ExecuteTime',
  },
  { kind: 'format', one: 'format upgrade', many: 'format upgrades', title: "The file's nbformat" },
  {
    kind: 'kernel_version',
    one: 'kernel detail',
    many: 'kernel details',
    title: "Patch versions of the kernel's language, and how editors colour it",
    sample: '3.12.1',
  },
  {
    kind: 'library_frames',
    one: 'frame of a library',
    many: 'frames of libraries',
    title: 'Frames of libraries in tracebacks',
  },
  {
    kind: 'line_ends',
    one: 'line-end style',
    many: 'line-end styles',
    title: 'CRLF in place of LF in sources',
  },
  {
    kind: 'markup_form',
    one: 'way of writing markup',
    many: 'ways of writing markup',
    title: 'Order of attributes and white space in HTML, SVG and LaTeX',
  },
  {
    kind: 'metric_time',
    one: 'time of logging',
    many: 'times of logging',
    title: 'When a metric was logged, and the random id of its run',
  },
  {
    kind: 'output_metadata',
    one: 'output setting',
    many: 'output settings',
    title: 'Metadata of outputs',
  },
  {
    kind: 'picture_remarks',
    one: 'picture remark',
    many: 'picture remarks',
    title: 'Pictures with the same pixels in other bytes',
  },
  {
    kind: 'process_id',
    one: 'process id',
    many: 'process ids',
    title: 'Numbers of processes, ports and sessions',
    sample: 'pid=4711',
  },
  {
    kind: 'progress',
    one: 'progress bar',
    many: 'progress bars',
    title: 'What progress bars showed before their last state',
  },
  {
    kind: 'prompt',
    one: 'prompt number',
    many: 'prompt numbers',
    title: 'Prompt numbers in tracebacks',
    sample: 'Cell In[7]',
  },
  {
    kind: 'stream_chunks',
    one: 'stream chunking',
    many: 'stream chunkings',
    title: 'In how many pieces a stream arrived',
  },
  {
    kind: 'temp_path',
    one: 'temporary path',
    many: 'temporary paths',
    title: 'Paths of temporary files and of cells in ipykernel',
    sample: '/tmp/ipykernel_12/345.py',
  },
  {
    kind: 'timestamp',
    one: 'timestamp',
    many: 'timestamps',
    title: 'When a line was logged',
    sample: '2026-01-05 10:00:00 INFO',
  },
  {
    kind: 'tracking_link',
    one: 'tracking link',
    many: 'tracking links',
    title: 'Links to runs of a tracking server',
  },
  {
    kind: 'widget_id',
    one: 'widget id',
    many: 'widget ids',
    title: 'Ids of models of widgets',
  },
  {
    kind: 'widget_state',
    one: 'widget state',
    many: 'widget states',
    title: "The notebook's saved state of widgets",
  },
];
