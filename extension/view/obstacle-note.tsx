import type { JSX } from 'react';

import { describeObstacle, type Obstacle } from '../model/obstacle-words.js';
import { Icon } from './icons.js';

/** That nothing can be written into the store, why, what to do, and what works all the same. */
export function ObstacleNote(props: {
  readonly obstacle: Obstacle;
  /** What works all the same, in a sentence. */
  readonly children: string;
}): JSX.Element {
  return (
    <div className="cellar-Banner" role="status">
      <Icon name="warn" />
      <div>
        <p>{describeObstacle(props.obstacle)}</p>
        <p>{props.children}</p>
      </div>
    </div>
  );
}
