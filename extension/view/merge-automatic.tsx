import { useState, type JSX } from 'react';

import type { Decision } from '../../contract/merge.js';
import { automatic } from '../model/merge-items.js';
import { cellOf } from '../model/merge-steps.js';
import { choicesFor } from '../model/merge-takes.js';
import type { MergeModel } from '../model/merge.js';
import { formatCount } from '../model/words.js';
import { Icon } from './icons.js';
import { ChoiceButton } from './merge-choice.js';
import { mergedCellName, reasonWords, subject, type MergeLabels } from './merge-words.js';
import { useStore } from './use-store.js';

/** Rows that are shown at once. */
const MOST = 200;

/** What the merge decided without asking, each with its reason and the way to overturn it. */
export function MergeAutomatic({ model }: { readonly model: MergeModel }): JSX.Element | null {
  const { view } = useStore(model);
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  if (view === undefined) return null;
  const decisions = automatic(view);
  if (decisions.length === 0) return null;
  const shown = open ? (all ? decisions : decisions.slice(0, MOST)) : [];
  return (
    <div className="cellar-MergeAutomatic">
      <button
        type="button"
        className="cellar-MergeAutomatic-title"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <Icon name={open ? 'expand' : 'right'} />
        {`${formatCount(decisions.length, 'change')} merged without a question`}
      </button>
      {open ? (
        <ul aria-label="Merged without a question">
          {shown.map((decision) => (
            <AutomaticRow
              key={decision.id}
              model={model}
              decision={decision}
              labels={view.labels}
            />
          ))}
          {shown.length < decisions.length ? (
            <li>
              <button
                type="button"
                className="cellar-TextButton cellar-mod-plain"
                onClick={() => {
                  setAll(true);
                }}
              >
                {formatCount(decisions.length - shown.length, 'more change')}
              </button>
            </li>
          ) : null}
        </ul>
      ) : null}
    </div>
  );
}

function AutomaticRow(props: {
  readonly model: MergeModel;
  readonly decision: Decision;
  readonly labels: MergeLabels;
}): JSX.Element | null {
  const { model, decision, labels } = props;
  const { view, merged } = useStore(model);
  if (view === undefined) return null;
  const cell = merged.cells.find((each) => each.cell.key === decision.cell);
  const name = cell === undefined ? 'notebook' : mergedCellName(cell, labels);
  return (
    <li>
      <button
        type="button"
        className="cellar-TextButton cellar-mod-plain"
        disabled={cell === undefined}
        onClick={() => {
          model.goTo(decision.id);
        }}
      >
        {name}
      </button>
      <span className="cellar-MergeAutomatic-why">
        {`${subject(decision)}: ${reasonWords(decision, cell, labels)}`}
      </span>
      <span className="cellar-Choices" role="group" aria-label={`${name}, ${subject(decision)}`}>
        {choicesFor(decision, cellOf(view, decision)).map((choice) => (
          <ChoiceButton
            key={choice}
            model={model}
            decision={decision}
            choice={choice}
            labels={labels}
          />
        ))}
      </span>
    </li>
  );
}
