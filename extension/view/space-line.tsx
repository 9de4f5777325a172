import { useEffect, type JSX } from 'react';

import { formatSize } from '../model/size.js';
import { describeSpace, type SpaceModel } from '../model/space.js';
import { useStore } from './use-store.js';

/** The panel's last line: how many versions there are in the workspace, and what they take. */
export function SpaceLine({ model }: { readonly model: SpaceModel }): JSX.Element | null {
  const { workspace } = useStore(model);
  useEffect(() => {
    void model.load();
  }, [model]);
  if (workspace === undefined || workspace.snapshots === 0) return null;
  const { space, snapshots, notebooks } = workspace;
  const title = [
    `${plural(snapshots, 'version')} of ${plural(notebooks, 'notebook')} in this workspace`,
    `notebooks: ${formatSize(space.history)}`,
    `${plural(space.artifactCount, 'artifact')}: ${formatSize(space.artifacts)}`,
  ].join('\n');
  const className = `cellar-Space${space.warn ? ' cellar-mod-warn' : ''}`;
  return (
    <footer className={className} title={title}>
      <span>{plural(snapshots, 'version')}</span>
      <span>
        {describeSpace(workspace)}
        {space.warn ? ', nearly full' : ''}
      </span>
    </footer>
  );
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString()} ${noun}${count === 1 ? '' : 's'}`;
}
