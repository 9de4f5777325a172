import type { Workspace } from '../../contract/workspace.js';

/** Why nothing can be written into the store. */
export type Obstacle = NonNullable<Workspace['obstacle']>;

/** What is wrong, and what to do about it. */
export function describeObstacle(obstacle: Obstacle): string {
  switch (obstacle) {
    case 'damaged':
      return 'The store is damaged, so nothing new is kept. Run “cellar verify --repair” in a terminal.';
    case 'disk_full':
      return 'The disk is full, so nothing new is kept. Free some space.';
    case 'read_only':
      return 'The store is read-only, so nothing new is kept. Make the folder .cellar writable.';
  }
}
