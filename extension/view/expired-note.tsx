import type { JSX } from 'react';

import type { ExpiredVersion } from '../../contract/expired.js';
import { describeExpired } from '../model/expired-words.js';
import { TextButton } from './button.js';
import { Icon } from './icons.js';

/** That a version has expired, and the ways on from there: the nearest that is kept, and all of the notebook. */
export function ExpiredNote(props: {
  readonly version: ExpiredVersion;
  /** What is done with the nearest, in words, e.g. "Compare with that one". */
  readonly label: string;
  readonly onNearest: (id: string) => void;
  /** The address of the notebook's versions. */
  readonly notebookUrl?: string | undefined;
}): JSX.Element {
  const { version, label, onNearest, notebookUrl } = props;
  const { nearest } = version;
  return (
    <div className="cellar-Banner cellar-mod-expired" role="alert">
      <Icon name="clock" />
      <div>
        <p>{describeExpired(version, Date.now())}</p>
        <div className="cellar-Banner-actions">
          {nearest === null ? null : (
            <TextButton
              look="plain"
              onClick={() => {
                onNearest(nearest.id);
              }}
            >
              {label}
            </TextButton>
          )}
          {notebookUrl === undefined ? null : (
            <a className="cellar-TextButton cellar-mod-plain" href={notebookUrl}>
              All versions
            </a>
          )}
        </div>
      </div>
    </div>
  );
}
