import type { JSX } from 'react';

import type { IntakesModel, RunningIntake } from '../model/intakes.js';
import { formatSize } from '../model/size.js';
import { baseName } from '../model/words.js';
import { TextButton } from './button.js';
import { problemText } from './states.js';
import { useStore } from './use-store.js';

/** The large files of a notebook that are being kept: how far each is, and a way to leave it out. */
export function IntakeLines(props: {
  readonly model: IntakesModel;
  readonly path: string | undefined;
}): JSX.Element | null {
  const { model, path } = props;
  useStore(model);
  const running = model.at(path);
  if (running.length === 0) return null;
  return (
    <ul className="cellar-Intakes" aria-label="Files that are being kept">
      {running.map((intake) => (
        <IntakeLine key={intake.file} intake={intake} onCancel={() => void model.cancel(intake)} />
      ))}
    </ul>
  );
}

function IntakeLine(props: {
  readonly intake: RunningIntake;
  readonly onCancel: () => void;
}): JSX.Element {
  const { intake, onCancel } = props;
  const { file, done, total, isCancelling, problem } = intake;
  return (
    <li className="cellar-Intake">
      <span className="cellar-Intake-name" title={file}>
        {baseName(file)}
      </span>
      {isCancelling ? null : (
        <TextButton
          look="plain"
          title={`Keep the version without ${baseName(file)}`}
          onClick={onCancel}
        >
          Cancel
        </TextButton>
      )}
      <progress
        aria-label={`Keeping ${file}`}
        {...(total === null ? {} : { value: done, max: Math.max(total, 1) })}
      />
      <span className="cellar-Intake-share">
        {isCancelling ? 'Leaving it out…' : describeShare(intake)}
      </span>
      {problem === undefined ? null : (
        <span className="cellar-Intake-problem" role="alert">
          It was not cancelled. {problemText(problem)}
        </span>
      )}
    </li>
  );
}

/** "430 MB of 1 GB · 43 %"; without the total what is done. */
function describeShare({ done, total }: RunningIntake): string {
  if (total === null || total === 0) return formatSize(done);
  return `${formatSize(done)} of ${formatSize(total)} · ${String(Math.floor((100 * done) / total))} %`;
}
