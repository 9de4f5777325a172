import { useState, type JSX, type ReactNode } from 'react';

import { STAGES, type Stage, type VersionFile, type VersionPage } from '../../contract/models.js';
import { personName, placeWords, versionWords } from '../model/model-words.js';
import { formatFullTime, formatMoment } from '../model/time.js';
import { Approvals, type ApprovalActions } from './approvals.js';
import { IconButton, TextButton } from './button.js';
import { Icon } from './icons.js';
import { EditableText, Facts, Moment, StageWord, Trail } from './model-parts.js';
import type { SnapshotUrl } from './version-list.js';
import { MadeOf } from './version-facts.js';
import { useNow } from './use-store.js';

/** What whoever sees a version can do; each is true when it was done. */
export interface VersionActions extends ApprovalActions {
  readonly onAlias: (alias: string) => Promise<boolean>;
  readonly onRemoveAlias: (alias: string) => void;
  readonly onStage: (stage: Stage) => void;
  readonly onDescribe: (description: string) => Promise<boolean>;
  readonly onTag: (name: string, value: string) => Promise<boolean>;
  readonly onRemoveTag: (name: string) => void;
  readonly fileUrl: (file: VersionFile) => string;
  readonly snapshotUrl: SnapshotUrl;
  /** The page of its run, at a cell as it was where one is named. */
  readonly runUrl: (run: string, cell?: string) => string;
}

/** A version of a model: where it comes from in words first, its facts in one column, and what leads to it beside them. */
export function VersionView(props: {
  readonly version: VersionPage;
  readonly actions: VersionActions;
  /** What it is linked to in registries elsewhere. */
  readonly elsewhere?: ReactNode;
  /** What leads to it, drawn. */
  readonly children?: ReactNode;
}): JSX.Element {
  const { version, actions, elsewhere, children } = props;
  const now = useNow(60_000);
  return (
    <article className="cellar-Model" aria-label={`${version.name} v${String(version.version)}`}>
      <header className="cellar-Model-head">
        <h1>{versionWords(version, now)}</h1>
        <Warnings version={version} />
      </header>
      <div className={`cellar-Model-columns${children === undefined ? '' : ' cellar-mod-beside'}`}>
        <div className="cellar-Model-facts">
          <State version={version} actions={actions} />
          <Approvals version={version} actions={actions} />
          {elsewhere}
          <MadeOf version={version} fileUrl={actions.fileUrl} />
          <Tags version={version} actions={actions} />
          <Facts title="History">
            <Trail trail={version.trail} />
          </Facts>
        </div>
        {children === undefined ? null : <div className="cellar-Model-lineage">{children}</div>}
      </div>
    </article>
  );
}

function Warnings({ version }: { readonly version: VersionPage }): JSX.Element | null {
  if (version.warnings.length === 0) return null;
  return (
    <ul className="cellar-Warnings" aria-label="Warnings">
      {version.warnings.map(({ code, message }) => (
        <li key={code}>
          <Icon name="warn" />
          {message}
        </li>
      ))}
    </ul>
  );
}

function State(props: {
  readonly version: VersionPage;
  readonly actions: VersionActions;
}): JSX.Element {
  const { version, actions } = props;
  const { mayChange, snapshot } = version;
  const now = useNow(60_000);
  return (
    <Facts title="State">
      <EditableText
        label="Description"
        text={version.description}
        mayChange={mayChange}
        onSave={actions.onDescribe}
      />
      <dl className="cellar-Pairs-list">
        <dt>Aliases</dt>
        <dd>
          <AliasLine {...props} />
        </dd>
        <dt>Stage</dt>
        <dd>{mayChange ? <StageChoice {...props} /> : <StageOrNone stage={version.stage} />}</dd>
        <dt>Registered</dt>
        <dd>
          <Moment time={version.created} />{' '}
          <span className="cellar-quiet" title={version.by}>
            {version.by === '' ? '' : `by ${personName(version.by)}`}
          </span>
        </dd>
        <dt>Notebook</dt>
        <dd>
          {snapshot === null ? (
            <span className="cellar-quiet">not known</span>
          ) : (
            <a href={actions.snapshotUrl(snapshot)} title={formatFullTime(snapshot.time)}>
              {`${snapshot.path} as of ${formatMoment(snapshot.time, now)}`}
            </a>
          )}
        </dd>
        <dt>Cells</dt>
        <dd>
          <Cells {...props} />
        </dd>
        {version.runName === '' ? null : (
          <>
            <dt>Run</dt>
            <dd>
              <a href={actions.runUrl(version.run)}>{version.runName}</a>
            </dd>
          </>
        )}
      </dl>
    </Facts>
  );
}

function Cells({
  version,
  actions,
}: {
  readonly version: VersionPage;
  readonly actions: VersionActions;
}): JSX.Element {
  const placed = version.cells.flatMap(({ id, index }) =>
    index === null ? [] : [{ id, place: index + 1 }],
  );
  const [first] = placed;
  if (first === undefined) return <span className="cellar-quiet">not known</span>;
  const words = placeWords(placed.map(({ place }) => place));
  return version.run === '' ? (
    <>{words}</>
  ) : (
    <a href={actions.runUrl(version.run, first.id)} title="The cells as they were">
      {words}
    </a>
  );
}

function StageOrNone({ stage }: { readonly stage: Stage }): JSX.Element {
  return stage === 'None' ? (
    <span className="cellar-quiet">none</span>
  ) : (
    <StageWord stage={stage} />
  );
}

function StageChoice(props: {
  readonly version: VersionPage;
  readonly actions: VersionActions;
}): JSX.Element {
  return (
    <select
      aria-label="Stage"
      value={props.version.stage}
      onChange={({ target }) => {
        const stage = STAGES.find((each) => each === target.value);
        if (stage !== undefined) props.actions.onStage(stage);
      }}
    >
      {STAGES.map((stage) => (
        <option key={stage} value={stage}>
          {stage}
        </option>
      ))}
    </select>
  );
}

/** The aliases, each with a way to take it off, and a field for one more. */
function AliasLine(props: {
  readonly version: VersionPage;
  readonly actions: VersionActions;
}): JSX.Element {
  const { version, actions } = props;
  const [draft, setDraft] = useState<string>();
  const known = version.rule?.aliases ?? [];
  return (
    <span className="cellar-Inline">
      {version.aliases.length === 0 ? <span className="cellar-quiet">none</span> : null}
      {version.aliases.map((alias) => (
        <span key={alias} className="cellar-Alias">
          @{alias}
          {version.mayChange ? (
            <IconButton
              icon="close"
              label={`Take @${alias} off`}
              onClick={() => {
                actions.onRemoveAlias(alias);
              }}
            />
          ) : null}
        </span>
      ))}
      {!version.mayChange ? null : draft === undefined ? (
        <TextButton
          look="plain"
          onClick={() => {
            setDraft(known.find((alias) => !version.aliases.includes(alias)) ?? '');
          }}
        >
          Set an alias
        </TextButton>
      ) : (
        <form
          className="cellar-Inline"
          onSubmit={(event) => {
            event.preventDefault();
            void actions.onAlias(draft.trim().replace(/^@/, '')).then((done) => {
              if (done) setDraft(undefined);
            });
          }}
        >
          <input
            className="cellar-Field"
            aria-label="Alias"
            placeholder="champion"
            value={draft}
            autoFocus
            onChange={({ target }) => {
              setDraft(target.value);
            }}
            onKeyDown={({ key }) => {
              if (key === 'Escape') setDraft(undefined);
            }}
          />
          <button type="submit" className="cellar-TextButton" disabled={draft.trim() === ''}>
            Set
          </button>
        </form>
      )}
    </span>
  );
}

function Tags(props: {
  readonly version: VersionPage;
  readonly actions: VersionActions;
}): JSX.Element | null {
  const { version, actions } = props;
  const [draft, setDraft] = useState('');
  if (version.tags.length === 0 && !version.mayChange) return null;
  const [name = '', ...value] = draft.split('=');
  return (
    <Facts title="Tags">
      <ul>
        {version.tags.map((tag) => (
          <li key={tag.name} className="cellar-Inline">
            <span className="cellar-quiet">{tag.name}</span>
            <span className="cellar-Artifact-name" title={tag.value}>
              {tag.value}
            </span>
            {version.mayChange ? (
              <IconButton
                icon="close"
                label={`Take the tag ${tag.name} off`}
                onClick={() => {
                  actions.onRemoveTag(tag.name);
                }}
              />
            ) : null}
          </li>
        ))}
      </ul>
      {version.mayChange ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() === '') return;
            void actions.onTag(name.trim(), value.join('=').trim()).then((done) => {
              if (done) setDraft('');
            });
          }}
        >
          <input
            className="cellar-Field"
            aria-label="Set a tag, as name=value"
            placeholder="name=value"
            value={draft}
            onChange={({ target }) => {
              setDraft(target.value);
            }}
          />
        </form>
      ) : null}
    </Facts>
  );
}
