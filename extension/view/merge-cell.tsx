import { memo, type JSX } from 'react';

import type { Decision } from '../../contract/merge.js';
import type { MergedCell } from '../model/merge-result.js';
import type { MergeModel } from '../model/merge.js';
import type { Choice } from '../model/merge-takes.js';
import { TextButton } from './button.js';
import { MergeChunks } from './merge-chunks.js';
import { CellQuestion, MetadataDecisions } from './merge-decisions.js';
import { MergeEditor } from './merge-editor.js';
import { MergeOutputs } from './merge-output.js';
import { mergedCellName, standing, type MergeLabels } from './merge-words.js';

/** What a cell's block is drawn from. */
export interface MergeCellProps {
  readonly model: MergeModel;
  readonly merged: MergedCell;
  readonly labels: MergeLabels;
  readonly language: string;
  readonly isEditing: boolean;
}

/** One cell of a merge: how it stands, what is asked about it, its source and outputs in three columns. */
export const MergeCellView = memo(function MergeCellView(props: MergeCellProps): JSX.Element {
  const { model, merged, labels, isEditing } = props;
  const { decisions, byHand, isPresent } = merged;
  const language = merged.cellType === 'code' ? props.language : '';
  const { look, sign, words } = standing(merged, labels);
  const name = mergedCellName(merged, labels);
  const asked = decisions.filter(({ conflict }) => conflict);
  const outputs = decisions.find((each) => each.about === 'outputs' && isShown(each, model));
  const metadata = asked.filter(({ about }) => about === 'metadata');
  const isWhole = isEditing || (byHand !== undefined && isPresent);
  return (
    <article className={`cellar-Cell cellar-mod-${look}`} aria-label={`${name}, ${words}`}>
      <header className="cellar-Cell-head">
        <span className="cellar-Cell-sign" aria-hidden>
          {sign}
        </span>
        <span className="cellar-Cell-word">{words}</span>
        <span className="cellar-quiet">{name}</span>
        <span className="cellar-Spring" />
        {isPresent && !isEditing ? <CellTools {...props} /> : null}
      </header>
      {asked.filter(isAboutCell).map((decision) => (
        <CellQuestion
          key={decision.id}
          model={model}
          merged={merged}
          decision={decision}
          labels={labels}
        />
      ))}
      {!isPresent && asked.length === 0 ? null : isWhole ? (
        <MergeEditor
          model={model}
          merged={merged}
          labels={labels}
          language={language}
          isEditing={isEditing}
        />
      ) : (
        <MergeChunks model={model} merged={merged} labels={labels} language={language} />
      )}
      {outputs === undefined || !isPresent ? null : (
        <MergeOutputs model={model} merged={merged} decision={outputs} labels={labels} />
      )}
      {metadata.length === 0 || !isPresent ? null : (
        <MetadataDecisions model={model} decisions={metadata} labels={labels} />
      )}
    </article>
  );
});

function CellTools({ model, merged, labels }: MergeCellProps): JSX.Element {
  const { key, local, remote } = merged.cell;
  const take = (choice: Choice, words: string): JSX.Element => (
    <TextButton
      look="plain"
      onClick={() => {
        model.chooseCell(key, choice);
      }}
    >
      {words}
    </TextButton>
  );
  const isAsked = merged.decisions.some(({ conflict }) => conflict);
  return (
    <span className="cellar-MergeTools" role="group" aria-label="The whole cell">
      {isAsked && local !== null ? take('local', `All of ${labels.local}`) : null}
      {isAsked && remote !== null ? take('remote', `All of ${labels.remote}`) : null}
      <TextButton
        look="plain"
        onClick={() => {
          model.edit(key);
        }}
      >
        Edit
      </TextButton>
    </span>
  );
}

function isAboutCell({ about }: Decision): boolean {
  return about === 'presence' || about === 'place' || about === 'type' || about === 'attachments';
}

/** Outputs are shown where there was a conflict about them, or the person overturned whose they are. */
function isShown({ conflict, id }: Decision, model: MergeModel): boolean {
  return conflict || model.state.choices.decisions[id] !== undefined;
}
