import { useEffect, type JSX } from 'react';

import type { Imported, ImportOffer } from '../../contract/import.js';
import type { Progress } from '../../contract/progress.js';
import type { ImportModel } from '../model/import.js';
import type { Problem } from '../model/problem.js';
import { formatCount } from '../model/words.js';
import { TextButton } from './button.js';
import { problemText } from './states.js';
import { useStore } from './use-store.js';

/** Offers to bring in what git has of the notebooks here, shows how far that is, and what came of it. */
export function ImportCard({ model }: { readonly model: ImportModel }): JSX.Element | null {
  const { step } = useStore(model);
  useEffect(() => {
    void model.load();
  }, [model]);
  const close = (): void => {
    model.close();
  };
  switch (step.kind) {
    case 'none':
      return null;
    case 'offered':
      return (
        <section className="cellar-Import" aria-label="Import from git">
          <p className="cellar-Import-title">{offerText(step.offer)}</p>
          <p>{describeCommits(step.offer)}. Your repository is only read.</p>
          <Ended ended={step.ended} />
          <div className="cellar-Import-actions">
            <TextButton look="accent" onClick={() => void model.start()}>
              {step.ended === undefined ? 'Import' : 'Go on'}
            </TextButton>
            <TextButton
              look="plain"
              onClick={() => {
                model.decline();
              }}
            >
              Not now
            </TextButton>
          </div>
        </section>
      );
    case 'running':
      return (
        <section className="cellar-Import" aria-label="Import from git">
          <p className="cellar-Import-title">Importing versions from git</p>
          <Bar progress={step.progress} />
          <div className="cellar-Import-actions">
            <TextButton
              look="plain"
              onClick={() => {
                void model.cancel();
              }}
            >
              Cancel
            </TextButton>
          </div>
        </section>
      );
    case 'done':
      return (
        <section className="cellar-Import" aria-label="Import from git" role="status">
          <p className="cellar-Import-title">{doneText(step.imported)}</p>
          {step.imported.skipped === 0 ? null : (
            <details>
              <summary>{formatCount(step.imported.skipped, 'version')} passed over</summary>
              <ul>
                {step.imported.warnings.map(({ message, path }, place) => (
                  <li key={place}>
                    {path === undefined || message.includes(path) ? message : `${path}: ${message}`}
                  </li>
                ))}
              </ul>
            </details>
          )}
          <div className="cellar-Import-actions">
            <TextButton look="plain" onClick={close}>
              Close
            </TextButton>
          </div>
        </section>
      );
  }
}

/** Why the last try did not come to its end, and that nothing of it is lost. */
function Ended({
  ended,
}: {
  readonly ended: 'cancelled' | Problem | undefined;
}): JSX.Element | null {
  if (ended === undefined) return null;
  if (ended === 'cancelled') return <p role="status">Stopped. What was imported is kept.</p>;
  return <p role="alert">{problemText(ended)} What was imported by then is kept.</p>;
}

/** A bar with its number; without an end while the total is not known. */
function Bar({ progress }: { readonly progress: Progress | undefined }): JSX.Element {
  const { what = '', done = 0, total = null } = progress ?? {};
  const words =
    total === null
      ? describeStep(what, done)
      : `${done.toLocaleString()} of ${total.toLocaleString()} ${what}`;
  return (
    <>
      <progress
        aria-label="Import"
        {...(total === null ? {} : { value: done, max: Math.max(total, 1) })}
      />
      <p>{words}</p>
    </>
  );
}

/** A step of which nobody knows how long it takes. */
function describeStep(what: string, done: number): string {
  if (what === 'commits') return `Reading commits: ${done.toLocaleString()}`;
  return what === 'packing' ? 'Packing what came in' : 'Looking at the repository';
}

function offerText({ notebooks, more }: ImportOffer): string {
  const count = formatCount(notebooks, 'notebook');
  const their = notebooks === 1 && !more ? 'its' : 'their';
  return `This folder has ${more ? 'at least ' : ''}${count} in git history. Import ${their} versions?`;
}

function describeCommits({ commits, more }: ImportOffer): string {
  return `${more ? 'More than ' : ''}${formatCount(commits, 'commit')} ${commits === 1 && !more ? 'touches' : 'touch'} a notebook`;
}

function doneText({ snapshots, notebooks }: Imported): string {
  return snapshots === 0
    ? 'All of git’s history was here already.'
    : `${formatCount(snapshots, 'version')} of ${formatCount(notebooks, 'notebook')} imported.`;
}
