import { useMemo, useState, type JSX, type ReactNode } from 'react';

import type { Notebook } from '../../contract/history.js';
import { toTree } from '../model/notebook-tree.js';
import { formatFullTime } from '../model/time.js';
import { formatCount } from '../model/words.js';
import { SearchField } from './history-header.js';
import { Icon } from './icons.js';
import { Empty } from './states.js';

/** The notebooks of the workspace as a tree with a search; each leads to its versions. */
export function NotebookList(props: {
  readonly notebooks: readonly Notebook[];
  /** The id of the one that is open. */
  readonly current: string | undefined;
  readonly urlOf: (notebook: Notebook) => string;
  /** What else there is to go to. */
  readonly above?: ReactNode;
}): JSX.Element {
  const { notebooks, current, urlOf, above } = props;
  const [text, setText] = useState('');
  const lines = useMemo(() => toTree(notebooks, text), [notebooks, text]);
  return (
    <div className="cellar-Notebooks">
      {above}
      <nav aria-label="Notebooks">
        <SearchField label="Search notebooks" value={text} onChange={setText} />
        {lines.length === 0 ? (
          <Empty title={notebooks.length === 0 ? 'No notebooks yet.' : 'No notebook matches.'} />
        ) : null}
        <ul>
          {lines.map((line) => (
            <li key={line.key} style={{ paddingLeft: line.depth * 12 }}>
              {line.kind === 'folder' ? (
                <span className="cellar-Notebooks-folder">
                  <Icon name="folder" />
                  {line.name}
                </span>
              ) : (
                <a
                  href={urlOf(line.notebook)}
                  aria-current={line.notebook.id === current ? 'page' : undefined}
                  title={notebookTitle(line.notebook)}
                >
                  <Icon name="notebook" />
                  <span className="cellar-Notebooks-name">{line.name}</span>
                  <span className="cellar-quiet cellar-number">{toCount(line.notebook)}</span>
                </a>
              )}
            </li>
          ))}
        </ul>
      </nav>
    </div>
  );
}

/** How many versions there are, or that they are all there is. */
function toCount({ deleted, imported, snapshots }: Notebook): string {
  if (!deleted) return String(snapshots);
  return imported ? 'not here' : 'deleted';
}

function notebookTitle(notebook: Notebook): string {
  const { path, snapshots, time, formerPaths, origin, deleted, imported } = notebook;
  return [
    path,
    ...(deleted && imported ? ['not in this workspace: its versions were imported'] : []),
    `${formatCount(snapshots, 'version')}, the newest of ${formatFullTime(time)}`,
    ...(formerPaths.length > 0 ? [`before: ${formerPaths.join(', ')}`] : []),
    ...(origin === null ? [] : [`a copy of ${origin.path}`]),
  ].join('\n');
}
