import type { JSX } from 'react';

import type { MergeModel } from '../model/merge.js';
import { formatCount } from '../model/words.js';
import { IconButton, TextButton } from './button.js';
import { Icon } from './icons.js';
import { useStore } from './use-store.js';

/** The head of a merge: what is merged into what, how much is open, and what can be done with all of it. */
export function MergeHeader(props: {
  readonly model: MergeModel;
  readonly onHelp: () => void;
  /** Only one column is shown at a time when this is given. */
  readonly sides: SidesSwitch | undefined;
  /** Ends the merge tool. */
  readonly onCancel: (() => void) | undefined;
}): JSX.Element | null {
  const { model, onHelp, sides, onCancel } = props;
  const { view, merged, busy, canUndo, canRedo, onlyConflicts, showBase } = useStore(model);
  if (view === undefined) return null;
  const { labels, path } = view;
  const { conflicts, open } = merged;
  return (
    <header className="cellar-DiffHead">
      <div className="cellar-DiffHead-line">
        <h2 className="cellar-DiffHead-sides" title={path}>
          <span className="cellar-MergePath">{path}</span>
          <span className="cellar-SideName cellar-mod-remote">{labels.remote}</span>
          <Icon name="arrow" title="is merged into" />
          <span className="cellar-SideName cellar-mod-local">{labels.local}</span>
        </h2>
        <span className="cellar-Spring" />
        <IconButton
          icon="undo"
          label="Undo (u)"
          disabled={!canUndo}
          onClick={() => {
            model.undo();
          }}
        />
        <IconButton
          icon="redo"
          label="Redo (Ctrl-Shift-Z)"
          disabled={!canRedo}
          onClick={() => {
            model.redo();
          }}
        />
        <TextButton look="accent" disabled={busy} onClick={() => void model.save()}>
          {busy ? 'Saving…' : 'Save'}
        </TextButton>
        {onCancel === undefined ? null : <TextButton onClick={onCancel}>Cancel</TextButton>}
      </div>
      <div className="cellar-DiffHead-line">
        <span
          role="status"
          className={
            open.length > 0
              ? 'cellar-mod-conflict cellar-MergeCount'
              : 'cellar-mod-decided cellar-MergeCount'
          }
        >
          {countWords(open.length, conflicts.length)}
        </span>
        {open.length < 2 ? null : (
          <span className="cellar-MergeRest" role="group" aria-label="All that is open">
            {(['local', 'remote'] as const).map((side) => (
              <TextButton
                key={side}
                look="plain"
                onClick={() => {
                  model.chooseRest(side);
                }}
              >
                {`All ${String(open.length)} from ${labels[side]}`}
              </TextButton>
            ))}
          </span>
        )}
        <span className="cellar-Spring" />
        <div className="cellar-Switches">
          {sides === undefined ? null : <Sides {...sides} />}
          <label title={`What stood there before (b)`}>
            <input
              type="checkbox"
              checked={showBase}
              onChange={() => {
                model.toggle('showBase');
              }}
            />
            {labels.base}
          </label>
          {conflicts.length === 0 ? null : (
            <label title="Fold what was merged without a question (c)">
              <input
                type="checkbox"
                checked={onlyConflicts}
                onChange={() => {
                  model.toggle('onlyConflicts');
                }}
              />
              only conflicts
            </label>
          )}
        </div>
        <Steps model={model} onHelp={onHelp} />
      </div>
    </header>
  );
}

/** What is shown where there is no room for three columns. */
export interface SidesSwitch {
  readonly shown: 'all' | 'merged';
  readonly onShow: (shown: 'all' | 'merged') => void;
}

function Sides({ shown, onShow }: SidesSwitch): JSX.Element {
  return (
    <div className="cellar-Segments" role="group" aria-label="Columns">
      {(['all', 'merged'] as const).map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={shown === each}
          onClick={() => {
            onShow(each);
          }}
        >
          {each === 'all' ? 'both sides' : 'merged only'}
        </button>
      ))}
    </div>
  );
}

function Steps(props: { readonly model: MergeModel; readonly onHelp: () => void }): JSX.Element {
  const { model, onHelp } = props;
  const { conflicts } = useStore(model).merged;
  return (
    <div className="cellar-Steps">
      {conflicts.length === 0 ? null : (
        <>
          <span
            className="cellar-number"
            aria-label={`Conflict ${String(model.place)} of ${String(conflicts.length)}`}
          >
            {`${String(model.place)}/${String(conflicts.length)}`}
          </span>
          <IconButton
            icon="up"
            label="Previous conflict (p)"
            onClick={() => {
              model.move(-1);
            }}
          />
          <IconButton
            icon="down"
            label="Next conflict (n)"
            onClick={() => {
              model.move(1);
            }}
          />
        </>
      )}
      <IconButton icon="help" label="Keys (?)" onClick={onHelp} />
    </div>
  );
}

function countWords(open: number, conflicts: number): string {
  if (conflicts === 0) return 'No conflicts: everything was merged';
  if (open === 0) return `${formatCount(conflicts, 'conflict')}, all decided`;
  return `${String(open)} of ${formatCount(conflicts, 'conflict')} open`;
}
