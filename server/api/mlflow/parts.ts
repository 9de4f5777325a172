import type { History } from '../../history/history.js';
import type { RegistryParts } from '../registry-parts.js';

/** What MLflow's calls work on. */
export interface MlflowParts extends RegistryParts {
  readonly history: History;
}
