import type { History } from '../../history/history.js';
import type { Turns } from '../../tracking/turns.js';

/** What MLflow's calls work on. */
export interface MlflowParts {
  readonly history: History;
  readonly turns: Turns;
}
