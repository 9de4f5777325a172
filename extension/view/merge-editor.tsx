import { useLayoutEffect, useRef, useState, type JSX } from 'react';

import type { MergedCell } from '../model/merge-result.js';
import type { MergeModel } from '../model/merge.js';
import { TextButton } from './button.js';
import { Lines } from './merge-chunks.js';
import { plainLines } from './merge-lines.js';
import type { MergeLabels } from './merge-words.js';

/** A cell's source being written by hand, or as it was: whole, between whole sides. */
export function MergeEditor(props: {
  readonly model: MergeModel;
  readonly merged: MergedCell;
  readonly labels: MergeLabels;
  readonly language: string;
  readonly isEditing: boolean;
}): JSX.Element {
  const { model, merged, labels, language, isEditing } = props;
  const side = (name: 'local' | 'remote'): JSX.Element => (
    <div className={`cellar-MergeBox cellar-mod-at-${name}`} role="group" aria-label={labels[name]}>
      <p className="cellar-MergeBox-name" aria-hidden>
        {labels[name]}
      </p>
      {merged.cell[name] === null ? (
        <p className="cellar-Note">{`no such cell in ${labels[name]}`}</p>
      ) : (
        <Lines lines={plainLines(merged.cell[name].source, language)} none="no lines" />
      )}
    </div>
  );
  return (
    <div className="cellar-MergeRow cellar-mod-whole">
      {side('local')}
      <div className="cellar-MergeBox cellar-mod-at-merged" role="group" aria-label="merged">
        {isEditing ? (
          <Field model={model} merged={merged} />
        ) : (
          <>
            <Lines lines={plainLines(merged.source, language)} none="no lines" />
            <TextButton
              look="plain"
              onClick={() => {
                model.dropSource(merged.cell.key);
              }}
            >
              Drop what was written
            </TextButton>
          </>
        )}
      </div>
      {side('remote')}
    </div>
  );
}

function Field({
  model,
  merged,
}: {
  readonly model: MergeModel;
  readonly merged: MergedCell;
}): JSX.Element {
  const [text, setText] = useState(merged.source);
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
  }, []);
  useLayoutEffect(() => {
    const { current } = field;
    if (current === null) return;
    // As high as its text, wrapped lines included.
    current.style.height = 'auto';
    current.style.height = `${String(current.scrollHeight + 2)}px`;
  }, [text]);
  return (
    <>
      <textarea
        ref={field}
        className="cellar-MergeField"
        aria-label="Merged source"
        value={text}
        rows={3}
        spellCheck={false}
        autoCapitalize="off"
        onChange={(event) => {
          setText(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          const isDone = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
          if (isDone) model.finishEdit(text);
          else if (event.key === 'Escape') model.cancelEdit();
          if (!isDone && event.key !== 'Escape') return;
          event.preventDefault();
          event.stopPropagation();
          // What held the focus is gone; the keys must go on working.
          event.currentTarget.closest<HTMLElement>('.cellar-Merge')?.focus();
        }}
      />
      <p className="cellar-MergeField-tools">
        <TextButton
          look="accent"
          onClick={() => {
            model.finishEdit(text);
          }}
        >
          Take this
        </TextButton>
        <TextButton
          onClick={() => {
            model.cancelEdit();
          }}
        >
          Cancel
        </TextButton>
        <span className="cellar-quiet">Ctrl-Enter takes it, Escape leaves it</span>
      </p>
    </>
  );
}
