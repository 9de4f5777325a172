import type { JSX } from 'react';

import type { ComparedSide } from '../../contract/compare.js';
import type { CompareModel } from '../model/compare.js';
import { sideCaption, sidePath, sideTime, sideWords } from '../model/sides.js';
import { baseName, formatCount } from '../model/words.js';
import { IconButton } from './button.js';
import { DiffSummary } from './diff-summary.js';
import { Icon } from './icons.js';
import { NoiseMenu } from './noise-menu.js';
import { Segments } from './segments.js';
import { useStore } from './use-store.js';

/** What a diff's view can set going beside its model; what is absent is not offered. */
export interface DiffActions {
  readonly onCopyLink?: () => void;
  /** Restores the base of the comparison. */
  readonly onRestoreBase?: () => void;
  /** The address of a notebook's versions by its id. */
  readonly notebookUrl?: (notebook: string) => string;
}

/** The head of a diff: both sides, how it is shown, and where one is in it. */
export function DiffHeader(props: {
  readonly model: CompareModel;
  readonly actions: DiffActions;
  readonly onPrint: () => void;
  readonly onHelp: () => void;
}): JSX.Element {
  const { model, actions, onPrint, onHelp } = props;
  const { comparison, changes } = useStore(model);
  return (
    <header className="cellar-DiffHead">
      <div className="cellar-DiffHead-line">
        {comparison === undefined ? null : <Sides base={comparison.base} head={comparison.head} />}
        <IconButton icon="swap" label="Swap the two sides (s)" onClick={() => void model.swap()} />
        {actions.onCopyLink === undefined ? null : (
          <IconButton
            icon="link"
            label="Copy a link to this comparison"
            onClick={actions.onCopyLink}
          />
        )}
        {actions.onRestoreBase === undefined ? null : (
          <IconButton
            icon="restore"
            label="Restore the version at the left"
            onClick={actions.onRestoreBase}
          />
        )}
        <span className="cellar-Spring" />
        <Switches model={model} />
        <div className="cellar-Steps">
          <span className="cellar-number" role="img" aria-label={stepLabel(model.place, changes)}>
            {`${String(model.place)}/${String(changes)}`}
          </span>
          <IconButton
            icon="up"
            label="Previous change (p)"
            disabled={changes === 0}
            onClick={() => {
              model.move(-1);
            }}
          />
          <IconButton
            icon="down"
            label="Next change (n)"
            disabled={changes === 0}
            onClick={() => {
              model.move(1);
            }}
          />
          <IconButton icon="print" label="Print all of it" onClick={onPrint} />
          <IconButton icon="help" label="Keys (?)" onClick={onHelp} />
        </div>
      </div>
      {comparison === undefined ? null : <DiffSummary comparison={comparison} />}
    </header>
  );
}

function stepLabel(place: number, changes: number): string {
  return place === 0
    ? formatCount(changes, 'change')
    : `Change ${String(place)} of ${String(changes)}`;
}

function Sides({
  base,
  head,
}: {
  readonly base: ComparedSide;
  readonly head: ComparedSide;
}): JSX.Element {
  const words = sideWords(base, head, Date.now());
  const path = sidePath(head);
  return (
    <h2 className="cellar-DiffHead-sides">
      {sidePath(base) === path ? <span title={path}>{baseName(path)}</span> : null}
      <SideName side={base} words={words.base} />
      <Icon name="arrow" title="to" />
      <SideName side={head} words={words.head} />
    </h2>
  );
}

function SideName(props: { readonly side: ComparedSide; readonly words: string }): JSX.Element {
  const { side, words } = props;
  const time = sideTime(side);
  const title = sideCaption(side);
  if (time === undefined)
    return (
      <span className="cellar-SideName" title={title}>
        {words}
      </span>
    );
  return (
    <time className="cellar-SideName" dateTime={time} title={title}>
      {words}
    </time>
  );
}

const LAYOUTS = [
  { value: 'split', label: 'split', title: 'Sides beside each other (u)' },
  { value: 'unified', label: 'unified', title: 'Sides in one column (u)' },
] as const;

function Switches({ model }: { readonly model: CompareModel }): JSX.Element {
  const { choices } = useStore(model);
  return (
    <div className="cellar-Switches">
      <Segments
        label="Layout"
        segments={LAYOUTS}
        chosen={choices.layout}
        onChoose={(layout) => {
          model.choose({ layout });
        }}
      />
      {(['outputs', 'metadata'] as const).map((name) => (
        <label key={name} title={name === 'outputs' ? 'Show outputs (o)' : 'Show metadata (m)'}>
          <input
            type="checkbox"
            checked={choices[name]}
            onChange={(event) => {
              model.choose({ [name]: event.currentTarget.checked });
            }}
          />
          {name}
        </label>
      ))}
      <NoiseMenu model={model} />
    </div>
  );
}
