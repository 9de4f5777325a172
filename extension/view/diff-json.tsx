import { useMemo, type JSX } from 'react';

import type { Leaf } from '../../contract/diff.js';
import { toJsonTree, type JsonNode } from '../model/json-tree.js';
import { formatCount } from '../model/words.js';
import { isChart, mimeWord, type Beside, type Part } from './diff-parts.js';
import { LeafValues } from './leaves.js';

/** Branches with more leaves than this start closed. */
const OPEN_LEAVES = 40;

/** Changed values of a JSON output by their places in it. */
export function JsonPart(props: {
  readonly part: Part<'json'>;
  readonly beside: Beside<readonly Leaf[]> | undefined;
}): JSX.Element {
  const { part, beside } = props;
  const nodes = useMemo(() => toJsonTree(part.leaves), [part.leaves]);
  const signal = useMemo(
    () =>
      beside === undefined ? undefined : new Set((beside.quiet ?? []).map(({ path }) => path)),
    [beside],
  );
  const total = part.leaves.length + part.leavesLeftOut;
  return (
    <>
      {isChart(part.mime) ? (
        <p className="cellar-Note">
          {`The ${mimeWord(part.mime)} itself is not drawn here. ${formatCount(total, 'of its values differs', 'of its values differ')}.`}
        </p>
      ) : null}
      <Nodes nodes={nodes} signal={signal} label={`${mimeWord(part.mime)}, changed values`} />
      {part.leavesLeftOut === 0 ? null : (
        <p className="cellar-Note">{`and ${formatCount(part.leavesLeftOut, 'more difference')}`}</p>
      )}
    </>
  );
}

function Nodes(props: {
  readonly nodes: readonly JsonNode[];
  readonly signal: ReadonlySet<string> | undefined;
  readonly label?: string;
}): JSX.Element {
  const { nodes, signal, label } = props;
  return (
    <ul className="cellar-Json" aria-label={label}>
      {nodes.map((node, at) =>
        node.kind === 'leaf' ? (
          <li key={at} className={isNoise(node.leaf, signal) ? 'cellar-mod-noise' : undefined}>
            <span className="cellar-Json-key">{node.name}</span> <LeafValues leaf={node.leaf} />
          </li>
        ) : (
          <li key={at}>
            <details open={node.count <= OPEN_LEAVES}>
              <summary>
                <span className="cellar-Json-key">{node.name}</span>{' '}
                <span className="cellar-quiet">{formatCount(node.count, 'difference')}</span>
              </summary>
              <Nodes nodes={node.children} signal={signal} />
            </details>
          </li>
        ),
      )}
    </ul>
  );
}

function isNoise(leaf: Leaf, signal: ReadonlySet<string> | undefined): boolean {
  return signal !== undefined && !signal.has(leaf.path);
}
