import type { JSX } from 'react';

import type { IntroductionModel } from '../model/introduction.js';
import { TextButton } from './button.js';
import { useStore } from './use-store.js';

/** What is kept and where, above the versions until it is closed. */
export function IntroductionCard(props: {
  readonly model: IntroductionModel;
  readonly onPause?: (() => void) | undefined;
  readonly onSettings?: (() => void) | undefined;
}): JSX.Element | null {
  const { model, onPause, onSettings } = props;
  const { words } = useStore(model);
  if (words === undefined) return null;
  const close = (): void => {
    model.close();
  };
  return (
    <section className="cellar-Import" aria-label="What Cellar keeps">
      <p>{words}</p>
      <div className="cellar-Import-actions">
        <TextButton look="accent" onClick={close}>
          Close
        </TextButton>
        {onSettings === undefined ? null : (
          <TextButton look="plain" title="What is kept, and when" onClick={onSettings}>
            Settings
          </TextButton>
        )}
        {onPause === undefined ? null : (
          <TextButton
            look="plain"
            title="Keep nothing in this workspace until resumed"
            onClick={() => {
              close();
              onPause();
            }}
          >
            Pause
          </TextButton>
        )}
      </div>
    </section>
  );
}
