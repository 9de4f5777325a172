import type { JSX } from 'react';

import type { Direction } from '../../contract/history.js';
import { formatDelta, isBetter } from '../model/number.js';
import { Icon } from './icons.js';

/** A difference with its sign; better or worse by arrow, colour and word. */
export function MetricChange(props: {
  readonly delta: number;
  readonly direction: Direction;
  /** What the difference is against: "the version before". */
  readonly against: string;
}): JSX.Element {
  const { delta, direction, against } = props;
  const better = isBetter(delta, direction);
  const word = better === undefined ? 'the same as' : better ? 'better than' : 'worse than';
  const look = better === undefined ? 'even' : better ? 'better' : 'worse';
  return (
    <span className={`cellar-Delta cellar-mod-${look}`} title={`${word} ${against}`}>
      {better === undefined ? null : <Icon name={better ? 'better' : 'worse'} />}
      <span className="cellar-sr">{`${word} ${against} by `}</span>
      {formatDelta(delta)}
    </span>
  );
}
