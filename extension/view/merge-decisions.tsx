import type { JSX } from 'react';

import type { Decision } from '../../contract/merge.js';
import type { MergedCell } from '../model/merge-result.js';
import { readablePath } from '../model/json-tree.js';
import { choicesFor, isQuarrel, type Choice, type MergeSide } from '../model/merge-takes.js';
import type { MergeModel } from '../model/merge.js';
import { ChoiceButton } from './merge-choice.js';
import type { MergeLabels } from './merge-words.js';
import { useStore } from './use-store.js';

interface DecisionProps {
  readonly model: MergeModel;
  readonly merged: MergedCell;
  readonly decision: Decision;
  readonly labels: MergeLabels;
}

/** A question about a cell as a whole: whether it is there, where, of which type, with which attachments. */
export function CellQuestion({ model, merged, decision, labels }: DecisionProps): JSX.Element {
  const { current } = useStore(model);
  const isOpen = merged.open.includes(decision);
  return (
    <div
      className={`cellar-MergeQuestion ${isOpen ? 'cellar-mod-conflict' : 'cellar-mod-decided'}${current === decision.id ? ' cellar-mod-current' : ''}`}
      role="group"
      aria-label={isOpen ? 'Open conflict' : 'Decided conflict'}
      aria-current={current === decision.id}
      data-decision={decision.id}
    >
      <p>{question(merged, decision, labels)}</p>
      {choicesFor(decision, merged.cell).map((choice) => (
        <ChoiceButton
          key={choice}
          model={model}
          decision={decision}
          choice={choice}
          labels={labels}
          words={answer(merged, decision, choice, labels)}
        />
      ))}
    </div>
  );
}

/** Metadata that both sides changed: the value of each side is what one presses to take it. */
export function MetadataDecisions(props: {
  readonly model: MergeModel;
  readonly decisions: readonly Decision[];
  readonly labels: MergeLabels;
}): JSX.Element {
  const { model, decisions, labels } = props;
  const { current, choices } = useStore(model);
  return (
    <table className="cellar-Leaves cellar-MergeMetadata" aria-label="Metadata">
      <thead>
        <tr>
          <th scope="col">metadata</th>
          {(['base', 'local', 'remote'] as const).map((side) => (
            <th key={side} scope="col">
              {labels[side]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {decisions.map((decision) => (
          <tr
            key={decision.id}
            className={current === decision.id ? 'cellar-mod-current' : ''}
            data-decision={decision.id}
          >
            <th scope="row">
              {readablePath(decision.path ?? '')}
              {choices.decisions[decision.id] === undefined ? (
                <span className="cellar-mod-conflict cellar-MergeMetadata-open"> open</span>
              ) : null}
            </th>
            {(['base', 'local', 'remote'] as const).map((side) => (
              <td key={side}>
                <ChoiceButton
                  model={model}
                  decision={decision}
                  choice={side}
                  labels={labels}
                  words={decision.values?.[side] ?? 'not set'}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function question({ cell }: MergedCell, decision: Decision, labels: MergeLabels): string {
  const { local, remote } = labels;
  switch (decision.about) {
    case 'presence':
      if (isQuarrel(decision))
        return decision.reason === 'both_split'
          ? `${local} and ${remote} split or joined cells here differently.`
          : 'One side split or joined cells here, the other deleted them.';
      if (cell.local === null) return `${local} deleted this cell, ${remote} edited it.`;
      if (cell.remote === null) return `${remote} deleted this cell, ${local} edited it.`;
      return `${local} and ${remote} disagree whether this cell is there.`;
    case 'place':
      return `${local} and ${remote} moved this cell to different places.`;
    case 'type':
      return `${local} and ${remote} gave this cell different types.`;
    default:
      return `${local} and ${remote} changed the ${decision.about} of this cell differently.`;
  }
}

function answer(
  { cell }: MergedCell,
  decision: Decision,
  choice: Choice,
  labels: MergeLabels,
): string {
  if (choice === 'both') return 'Keep both';
  const name = labels[choice];
  const has = cell[choice];
  switch (decision.about) {
    case 'presence':
      if (isQuarrel(decision)) return `As in ${name}`;
      return has === null ? 'Delete it' : `Keep it as in ${name}`;
    case 'place':
      return placeWords(has?.index, choice, name);
    case 'type':
      return `${has?.cellType ?? 'code'}, as in ${name}`;
    default:
      return `As in ${name}`;
  }
}

function placeWords(index: number | undefined, side: MergeSide, name: string): string {
  const place = index === undefined ? '' : `place ${String(index + 1)}, `;
  return side === 'base' ? `Back to ${place}as in ${name}` : `To ${place}as in ${name}`;
}
