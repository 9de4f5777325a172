import type { Disk } from '../disk/disk.js';
import type { FileEdit, Repository } from '../git/repository.js';
import type { Places } from '../places.js';

/** What an upgrade works on, as the store's owner. */
export interface UpgradeParts {
  readonly places: Places;
  readonly repository: Repository;
  readonly disk: Disk;
  readonly now: () => number;
}

/**
 * The way from one format to the next. `prepare` does what is not in git, such that doing it again after a kill gives the same, and
 * gives the files of main that the new format has; they include the format's own, and with their commit the step is done.
 */
export interface Step {
  readonly to: number;
  prepare(parts: UpgradeParts): Promise<readonly FileEdit[]>;
}
