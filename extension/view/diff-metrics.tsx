import type { JSX } from 'react';

import type { MetricValue } from '../../contract/bundle.js';
import { formatNumber, guessDirection } from '../model/number.js';
import type { Part } from './diff-parts.js';
import { MetricChange } from './metric-change.js';

/** What a cell logged, before and after. */
export function MetricsPart({ part }: { readonly part: Part<'metrics'> }): JSX.Element {
  return (
    <table className="cellar-Leaves cellar-Metrics" aria-label="Metrics and params">
      <thead className="cellar-sr">
        <tr>
          <th scope="col">name</th>
          <th scope="col">before</th>
          <th scope="col">after</th>
          <th scope="col">difference</th>
        </tr>
      </thead>
      <tbody>
        {part.metrics.map(({ name, base, head }) => (
          <tr key={`metric ${name}`}>
            <th scope="row">{name}</th>
            <td>{base === undefined ? null : <Changed text={formatNumber(base)} side="base" />}</td>
            <td>{head === undefined ? null : <Changed text={formatNumber(head)} side="head" />}</td>
            <td>
              <Delta name={name} base={base} head={head} />
            </td>
          </tr>
        ))}
        {part.params.map(({ name, base, head }) => (
          <tr key={`param ${name}`}>
            <th scope="row">{name}</th>
            <td>{base === undefined ? null : <Changed text={base} side="base" />}</td>
            <td>{head === undefined ? null : <Changed text={head} side="head" />}</td>
            <td className="cellar-quiet">param</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Changed(props: { readonly text: string; readonly side: 'base' | 'head' }): JSX.Element {
  const Mark = props.side === 'base' ? 'del' : 'ins';
  return <Mark>{props.text}</Mark>;
}

function Delta(props: {
  readonly name: string;
  readonly base: MetricValue | undefined;
  readonly head: MetricValue | undefined;
}): JSX.Element | null {
  const { name, base, head } = props;
  if (typeof base !== 'number' || typeof head !== 'number') return null;
  return <MetricChange delta={head - base} direction={guessDirection(name)} against="before" />;
}
