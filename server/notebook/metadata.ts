import type { Leaf } from '../../contract/diff.js';
import type { Json, JsonObject } from './json-value.js';
import { equalJson } from './json.js';
import { isObject } from './json-value.js';
import { diffLeaves } from './leaves.js';
import type { NoiseCount } from './noise.js';

/** What editors and runners note down in a cell's metadata, by key. */
const CELL_NOISE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    collapsed: 'editor_metadata',
    scrolled: 'editor_metadata',
    autoscroll: 'editor_metadata',
    trusted: 'editor_metadata',
    hidden: 'editor_metadata',
    heading_collapsed: 'editor_metadata',
    'jp-MarkdownHeadingCollapsed': 'editor_metadata',
    jupyter: 'editor_metadata',
    vscode: 'editor_metadata',
    pycharm: 'editor_metadata',
    azdata_cell_guid: 'editor_metadata',
    outputId: 'editor_metadata',
    id: 'editor_metadata',
    colab: 'editor_metadata',
    gather: 'editor_metadata',
    ExecuteTime: 'execution_time',
    execution: 'execution_time',
    executionInfo: 'execution_time',
    papermill: 'execution_time',
    elapsed: 'execution_time',
    start_time: 'execution_time',
    // Databricks.
    'application/vnd.databricks.v1+cell': 'editor_metadata',
    // Deepnote.
    cell_id: 'editor_metadata',
    source_hash: 'editor_metadata',
    output_cleared: 'editor_metadata',
    execution_start: 'execution_time',
    execution_millis: 'execution_time',
    // Kaggle.
    _uuid: 'editor_metadata',
    _cell_guid: 'editor_metadata',
  }),
);

/** What begins the names of the settings that an editor keeps for itself in cells. */
const CELL_NOISE_STARTS: readonly string[] = ['deepnote_', '_kg_hide-'];

function cellNoise(name: string): string | undefined {
  const known = CELL_NOISE.get(name);
  if (known !== undefined) return known;
  return CELL_NOISE_STARTS.some((start) => name.startsWith(start)) ? 'editor_metadata' : undefined;
}

const NOTEBOOK_NOISE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    signature: 'editor_metadata',
    vscode: 'editor_metadata',
    colab: 'editor_metadata',
    toc: 'editor_metadata',
    'toc-autonumbering': 'editor_metadata',
    'toc-showcode': 'editor_metadata',
    'toc-showmarkdowntxt': 'editor_metadata',
    'toc-showtags': 'editor_metadata',
    varInspector: 'editor_metadata',
    orig_nbformat: 'format',
    orig_nbformat_minor: 'format',
    interpreter: 'editor_metadata',
    widgets: 'widget_state',
    papermill: 'execution_time',
    'application/vnd.databricks.v1+notebook': 'editor_metadata',
    deepnote_notebook_id: 'editor_metadata',
    deepnote_execution_queue: 'editor_metadata',
    deepnote_app_layout: 'editor_metadata',
    deepnote: 'editor_metadata',
  }),
);

/** True for a name in a notebook's metadata that editors and runners write of themselves. */
export function isNotebookNoise(name: string): boolean {
  return NOTEBOOK_NOISE.has(name);
}

type NoiseOf = (name: string, base: Json | undefined, head: Json | undefined) => string | undefined;

function compare(
  base: JsonObject,
  head: JsonObject,
  { noise, noiseOf, path = '' }: { noise: NoiseCount; noiseOf: NoiseOf; path?: string },
): Leaf[] {
  const leaves: Leaf[] = [];
  for (const name of new Set([...base.keys(), ...head.keys()])) {
    const [a, b] = [base.get(name), head.get(name)];
    if (a !== undefined && b !== undefined && equalJson(a, b)) continue;
    const kind = noiseOf(name, a, b);
    if (kind !== undefined && noise.hides(kind)) continue;
    const key = name.replace(/~/g, '~0').replace(/\//g, '~1');
    leaves.push(...diffLeaves(a, b, { path: `${path}/${key}` }).leaves);
  }
  return leaves;
}

/** True for a name in a cell's metadata that editors and runners write of themselves. */
export function isCellNoise(name: string): boolean {
  return cellNoise(name) !== undefined;
}

/** The changed leaves of a cell's metadata; what editors and runners write there of themselves is counted as noise. */
export function diffCellMetadata(base: JsonObject, head: JsonObject, noise: NoiseCount): Leaf[] {
  return compare(base, head, { noise, noiseOf: cellNoise });
}

const MINOR_VERSION = /^\d+\.\d+/;

/** Within one kernel only a new minor version means something: 3.11.7 to 3.11.9 does not, nor how an editor is told to colour it. */
function languageNoise(
  name: string,
  base: Json | undefined,
  head: Json | undefined,
): string | undefined {
  if (name === 'name') return undefined;
  if (name !== 'version') return 'kernel_version';
  if (typeof base !== 'string' || typeof head !== 'string') return 'kernel_version';
  const [a, b] = [MINOR_VERSION.exec(base)?.[0], MINOR_VERSION.exec(head)?.[0]];
  return a !== undefined && a === b ? 'kernel_version' : undefined;
}

/** A kernel that is only shown by another name: what each machine calls it is chance. */
function isRenamedKernel(base: Json | undefined, head: Json | undefined): boolean {
  if (!isObject(base) || !isObject(head)) return false;
  const names = new Set([...base.keys(), ...head.keys()]);
  names.delete('display_name');
  return [...names].every((name) => {
    const [a, b] = [base.get(name), head.get(name)];
    return a !== undefined && b !== undefined && equalJson(a, b);
  });
}

/** The changed leaves of a notebook's metadata, without noise. */
export function diffNotebookMetadata(
  base: JsonObject,
  head: JsonObject,
  noise: NoiseCount,
): Leaf[] {
  const [a, b] = [base.get('language_info'), head.get('language_info')];
  const leaves: Leaf[] = [];
  const rest = (metadata: JsonObject) => {
    const copy = new Map(metadata);
    copy.delete('language_info');
    return copy;
  };
  if (isObject(a) && isObject(b))
    leaves.push(...compare(a, b, { noise, noiseOf: languageNoise, path: '/language_info' }));
  // The kernel writes it on the first run; it says no more than the kernel's name does.
  else if (a !== b && !noise.hides('kernel_version'))
    leaves.push(...diffLeaves(a, b, { path: '/language_info' }).leaves);
  const noiseOf: NoiseOf = (name, was, is) =>
    name === 'kernelspec' && isRenamedKernel(was, is) ? 'kernel_version' : NOTEBOOK_NOISE.get(name);
  return [...leaves, ...compare(rest(base), rest(head), { noise, noiseOf })];
}
