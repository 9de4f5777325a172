import type { JSX } from 'react';

import type { Link } from '../../contract/external.js';
import type { Artifact } from '../../contract/snapshot.js';
import { formatSize } from '../model/size.js';
import { Icon } from './icons.js';
import { ElsewhereWords, RegisteredWords, type RegisteredAs } from './registered-words.js';

/** A file that a run made: name, size, its hash as tooltip, and a link to its bytes. */
export function ArtifactLine(props: {
  readonly artifact: Artifact;
  readonly url: string;
  /** Shows where it comes from; without it the name leads nowhere. */
  readonly onOpen?: ((artifact: Artifact) => void) | undefined;
  /** The versions of models that it was registered as, newest first. */
  readonly registered?: readonly RegisteredAs[];
  /** What it is linked to in registries elsewhere, oldest first. */
  readonly links?: readonly Link[];
}): JSX.Element {
  const { artifact, url, onOpen, registered = [], links = [] } = props;
  const { name, size, sha256, certainty, purged } = artifact;
  const unsure = certainty === 'unsure';
  return (
    <span className="cellar-Artifact">
      <Icon name="box" />
      {onOpen === undefined ? (
        <span className="cellar-Artifact-name" title={`${name}\nSHA-256 ${sha256}`}>
          {name}
        </span>
      ) : (
        <button
          type="button"
          className="cellar-Artifact-name"
          title={`${name}\nSHA-256 ${sha256}\nShow where it comes from, and what came of it`}
          onClick={(event) => {
            event.stopPropagation();
            onOpen(artifact);
          }}
        >
          {name}
        </button>
      )}
      <span className="cellar-quiet">{formatSize(size)}</span>
      <RegisteredWords registered={registered} />
      <ElsewhereWords links={links} />
      {unsure ? (
        <span
          className="cellar-quiet"
          title="Another kernel was busy at the time and may have written this file."
        >
          unsure
        </span>
      ) : null}
      {purged === true ? (
        <span
          className="cellar-quiet"
          title="It held a secret, and was deleted by “cellar purge --files”."
        >
          purged
        </span>
      ) : (
        <a
          className="cellar-IconButton"
          href={url}
          download={name.slice(name.lastIndexOf('/') + 1)}
          title={`Download ${name} (${formatSize(size)})`}
          aria-label={`Download ${name}`}
          onClick={(event) => {
            event.stopPropagation();
          }}
        >
          <Icon name="download" />
        </a>
      )}
    </span>
  );
}
