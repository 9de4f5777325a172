import {
  lineageWords,
  type Lineage,
  type LineageKind,
  type LineageNode,
} from '../../contract/lineage.js';
import { thereWords } from './elsewhere-words.js';
import { formatNumber } from './number.js';
import { formatSize } from './size.js';
import { formatMoment } from './time.js';
import { baseName, formatCount } from './words.js';

/** What each kind of node is called, one and several. */
const WORDS: Readonly<Record<LineageKind, readonly [string, string]>> = {
  dataset: ['data', 'data sets'],
  notebook: ['notebook', 'notebooks'],
  snapshot: ['version', 'versions'],
  cell: ['cell', 'cells'],
  run: ['run', 'runs'],
  artifact: ['file', 'files'],
  model: ['model', 'models'],
  version: ['registered version', 'registered versions'],
  entry: ['entry elsewhere', 'entries elsewhere'],
};

/** "run", "3 files". */
export function kindWords(kind: LineageKind, count = 1): string {
  const [one, many] = WORDS[kind];
  return count === 1 ? one : formatCount(count, one, many);
}

/** How a node is called where it is seen: a line, and a quieter one below it, which may be empty. */
export function nodeWords(
  node: LineageNode,
  now: number,
): { readonly title: string; readonly facts: string } {
  const facts = factsOf(node, now);
  const all = node.gone === undefined ? facts : [GONE[node.gone], ...facts];
  return { title: titleOf(node, now), facts: all.filter((each) => each !== '').join(' · ') };
}

/** What has become of something that is not there any more. */
export function goneWords(gone: NonNullable<LineageNode['gone']>): string {
  return GONE[gone];
}

const GONE: Readonly<Record<NonNullable<LineageNode['gone']>, string>> = {
  deleted: 'deleted',
  expired: 'thinned out',
  purged: 'purged',
  missing: 'not here',
};

function titleOf(node: LineageNode, now: number): string {
  switch (node.kind) {
    case 'dataset':
      return node.name === '' ? 'data' : node.name;
    case 'notebook':
      return baseName(node.path);
    case 'snapshot':
      return node.time === '' ? 'a version' : `as of ${formatMoment(node.time, now)}`;
    case 'cell':
      return node.index === null ? 'a cell' : `cell ${String(node.index + 1)}`;
    case 'run':
      return node.name === '' ? `run ${node.run.slice(0, 8)}` : node.name;
    case 'artifact':
      return baseName(node.names[0] ?? '') || node.sha256.slice(0, 12);
    case 'model':
      return node.name === '' ? node.model.slice(0, 10) : node.name;
    case 'version':
      return node.name === ''
        ? `v${String(node.version)}`
        : `${node.name} v${String(node.version)}`;
    case 'entry':
      return node.name === ''
        ? 'an entry'
        : thereWords({ entry: node.name, version: node.version });
  }
}

function factsOf(node: LineageNode, now: number): readonly string[] {
  switch (node.kind) {
    case 'dataset':
      return [
        node.rows === undefined ? '' : formatCount(node.rows, 'row'),
        node.columns === undefined ? '' : formatCount(node.columns, 'column'),
      ];
    case 'notebook':
      return [formatCount(node.snapshots, 'version')];
    case 'snapshot':
      return [
        baseName(node.path),
        node.clean === null ? '' : node.clean ? 'clean' : 'not clean',
        node.message === null ? '' : `“${node.message}”`,
      ];
    case 'cell':
      return node.time === '' ? [] : [`${baseName(node.path)}, ${formatMoment(node.time, now)}`];
    case 'run': {
      const [metric] = Object.entries(node.metrics);
      return [
        node.status === 'finished' ? '' : node.status,
        metric === undefined ? '' : `${metric[0]} ${formatNumber(metric[1])}`,
      ];
    }
    case 'artifact':
      return [formatSize(node.size)];
    case 'model':
      return [node.modelType, node.status === 'ready' ? '' : node.status];
    case 'version':
      return [...node.aliases.map((alias) => `@${alias}`), node.stage === 'None' ? '' : node.stage];
    case 'entry':
      return [
        node.registry === '' ? 'a page' : `in ${node.registry}`,
        ...node.aliases.map((alias) => `@${alias}`),
        node.stage === 'None' ? '' : node.stage,
      ];
  }
}

/** The sentence of where something comes from, with times as the reader's clock has them. */
export function sentence(graph: Pick<Lineage, 'focus' | 'origin' | 'totals'>, now: number): string {
  return lineageWords(graph, {
    time: (time) => formatMoment(time, now),
    number: formatNumber,
  });
}
