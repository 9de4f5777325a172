import { useCallback, useEffect, useRef, useState, type JSX } from 'react';
import { flushSync } from 'react-dom';

import type { CompareModel } from '../model/compare.js';
import { describeCell } from './cell-words.js';
import { DiffBlocks } from './diff-blocks.js';
import { DiffHeader, type DiffActions } from './diff-header.js';
import { DiffHelp } from './diff-help.js';
import { isField, isFind, onDiffKey } from './diff-keys.js';
import { DiffOutline } from './diff-outline.js';
import { ExpiredNote } from './expired-note.js';
import { printElement } from './print-element.js';
import { ProblemBanner, Skeleton } from './states.js';
import { useStore } from './use-store.js';

/** Two states of a notebook compared, cell by cell. It loads nothing itself: call the model's `load`. */
export function DiffView(props: {
  readonly model: CompareModel;
  readonly actions?: DiffActions;
}): JSX.Element {
  const { model, actions = {} } = props;
  const { phase, comparison, busy } = useStore(model);
  const [help, setHelp] = useState(false);
  const section = useRef<HTMLElement>(null);
  const closeHelp = useCallback(() => {
    setHelp(false);
    section.current?.focus();
  }, []);
  useWholeOnPaper(model);
  const print = async (): Promise<void> => {
    drawAll(model, true);
    if (section.current !== null) await printElement(section.current);
    drawAll(model, false);
  };
  return (
    <section
      ref={section}
      className="cellar cellar-Diff"
      aria-label="What changed"
      aria-busy={busy}
      tabIndex={-1}
      onKeyDown={(event) => {
        // The browser's search finds only what is in the document; it opens after this.
        if (isFind(event)) drawAll(model, true);
        else if (event.key === '?' && !isField(event.target)) setHelp(true);
        else if (!onDiffKey(event, model)) return;
        else event.preventDefault();
      }}
    >
      <DiffHeader
        model={model}
        actions={actions}
        onPrint={() => void print()}
        onHelp={() => {
          setHelp(true);
        }}
      />
      <DiffProblem model={model} actions={actions} />
      {phase === 'loading' ? <Skeleton label="Comparing" rows={6} /> : null}
      {comparison === undefined ? null : (
        <div className="cellar-Diff-body">
          <DiffOutline model={model} />
          <DiffBlocks model={model} />
        </div>
      )}
      <Announcement model={model} />
      {help ? <DiffHelp onClose={closeHelp} /> : null}
    </section>
  );
}

/** Why there is no comparison, or none anew; of an expired version what can be compared in its place. */
function DiffProblem(props: {
  readonly model: CompareModel;
  readonly actions: DiffActions;
}): JSX.Element | null {
  const { model, actions } = props;
  const { problem } = useStore(model);
  if (problem === undefined) return null;
  if (problem.kind !== 'expired')
    return <ProblemBanner problem={problem} onRetry={() => void model.load()} />;
  const { version } = problem;
  return (
    <ExpiredNote
      version={version}
      label="Compare that one"
      notebookUrl={actions.notebookUrl?.(version.notebook)}
      onNearest={(id) => void model.showInstead(version.id, id)}
    />
  );
}

/** Where the keys have led, and what became of the noise, said to those who do not see it. */
function Announcement({ model }: { readonly model: CompareModel }): JSX.Element {
  const { items, current, changes, busy } = useStore(model);
  const item = items.find(({ key }) => key === current);
  const place = `Change ${String(model.place)} of ${String(changes)}`;
  const words =
    item === undefined || busy
      ? ''
      : item.kind === 'change'
        ? `${place}: ${describeCell(item.change)}`
        : item.kind === 'metadata'
          ? `${place}: notebook metadata`
          : `${String(item.cells.length)} unchanged cells`;
  return (
    <p className="cellar-sr" role="status">
      {words}
    </p>
  );
}

/** Puts every block into the document at once, before the browser searches or prints it. */
function drawAll(model: CompareModel, whole: boolean): void {
  flushSync(() => {
    model.drawAll(whole);
  });
}

/** While the window is printed, every block is in the document. */
function useWholeOnPaper(model: CompareModel): void {
  useEffect(() => {
    const before = (): void => {
      drawAll(model, true);
    };
    const after = (): void => {
      model.drawAll(false);
    };
    window.addEventListener('beforeprint', before);
    window.addEventListener('afterprint', after);
    return () => {
      window.removeEventListener('beforeprint', before);
      window.removeEventListener('afterprint', after);
    };
  }, [model]);
}
