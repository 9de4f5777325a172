import { Fragment, type JSX, type ReactNode } from 'react';

import type { LineageNode } from '../../contract/lineage.js';
import type { RunPage } from '../../contract/run.js';
import type { CoursesModel } from '../model/courses.js';
import type { LineageTarget } from '../model/lineage-target.js';
import { ranOnFacts } from '../model/ran-on.js';
import { goneWords, kindWords } from '../model/lineage-words.js';
import { formatSize } from '../model/size.js';
import { formatFullTime, formatMoment } from '../model/time.js';
import { baseName, formatCount } from '../model/words.js';
import { ArtifactLine } from './artifact-line.js';
import { TextButton } from './button.js';
import { Icon } from './icons.js';
import { MetricFacts } from './metric-facts.js';

/** What facts lead to. */
export interface LineageActions {
  /** Opens what a person has chosen. */
  readonly onGo: (target: LineageTarget) => void;
  readonly artifactUrl: (file: { readonly name: string; readonly sha256: string }) => string;
}

type Fact = readonly [name: string, value: ReactNode];

/** Facts in one column: what is known by name. */
export function FactList({
  title,
  facts,
}: {
  readonly title: string;
  readonly facts: readonly Fact[];
}): JSX.Element | null {
  if (facts.length === 0) return null;
  return (
    <section className="cellar-Facts" aria-label={title}>
      <h2>{title}</h2>
      <dl>
        {facts.map(([name, value], at) => (
          <Fragment key={at}>
            <dt title={name}>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

/** All that is known of a run. */
export function RunFacts(props: {
  readonly run: RunPage;
  readonly courses: CoursesModel;
  readonly actions: LineageActions;
}): JSX.Element {
  const { run, courses, actions } = props;
  const { onGo } = actions;
  const tags = Object.entries(run.tags).filter(([name]) => !/^(mlflow|cellar)\./.test(name));
  return (
    <>
      <FactList title="State" facts={stateFacts(run, onGo)} />
      <MetricFacts run={run} courses={courses} />
      <FactList title="Params" facts={Object.entries(run.params)} />
      <FactList title="Data" facts={dataFacts(run, onGo)} />
      <FactList title="Models" facts={modelFacts(run, onGo)} />
      <Files run={run} actions={actions} />
      <FactList title="Environment" facts={environmentFacts(run)} />
      <FactList title="Tags" facts={tags} />
    </>
  );
}

function stateFacts(run: RunPage, onGo: LineageActions['onGo']): readonly Fact[] {
  const { status, user, start, end, version, experiment, deleted } = run;
  const started = new Date(start).toISOString();
  return [
    ['state', <State words={deleted ? `${status}, deleted` : status} />],
    [
      'started',
      <time dateTime={started} title={formatFullTime(started)}>
        {formatMoment(started, Date.now())}
      </time>,
    ],
    ...(end > start
      ? [[status === 'running' ? 'so far' : 'took', formatDuration(end - start)] as const]
      : []),
    ...(user === '' ? [] : [['by', user] as const]),
    ...(experiment.id === '0' ? [] : [['experiment', experiment.name] as const]),
    ...(version === null ? [] : [versionFact(version, onGo)]),
  ];
}

/** A run that goes on has a mark beside the word. */
function State({ words }: { readonly words: string }): JSX.Element {
  return (
    <>
      {words === 'running' ? (
        <Icon name="dot" className="cellar-State-mark cellar-mod-going" />
      ) : null}
      {words}
    </>
  );
}

function versionFact(
  version: Pick<
    NonNullable<RunPage['version']>,
    'id' | 'notebook' | 'path' | 'time' | 'before' | 'clean'
  >,
  onGo: LineageActions['onGo'],
): Fact {
  const { before, notebook, path, id, time, clean } = version;
  const words = `${path}, ${formatMoment(time, Date.now())}`;
  return [
    'version',
    <>
      <TextButton
        look="plain"
        title={formatFullTime(time)}
        onClick={() => {
          onGo(
            before === null
              ? { kind: 'notebook', notebook, path }
              : { kind: 'diff', base: before, head: id },
          );
        }}
      >
        {words}
      </TextButton>
      {clean === null ? null : (
        <span className="cellar-quiet">{clean ? 'clean' : 'not clean'}</span>
      )}
    </>,
  ];
}

function dataFacts({ data }: RunPage, onGo: LineageActions['onGo']): readonly Fact[] {
  return data.map(({ id, name, rows, columns, digest, role }) => [
    role ?? 'read',
    <>
      <TextButton
        look="plain"
        title={`Digest ${digest}`}
        onClick={() => {
          onGo({ kind: 'node', id: `dataset:${id}` });
        }}
      >
        {name}
      </TextButton>
      <span className="cellar-quiet">
        {[
          rows === undefined ? '' : formatCount(rows, 'row'),
          columns === undefined ? '' : formatCount(columns, 'column'),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </>,
  ]);
}

function modelFacts(run: RunPage, onGo: LineageActions['onGo']): readonly Fact[] {
  const facts = run.models.map(({ id, name, modelType, versions }): Fact => [
    modelType === '' ? 'model' : modelType,
    <>
      <TextButton
        look="plain"
        onClick={() => {
          onGo({ kind: 'node', id: `model:${id}` });
        }}
      >
        {name}
      </TextButton>
      {versions.map((version) => (
        <VersionButton
          key={`${version.name}/${String(version.version)}`}
          {...version}
          onGo={onGo}
        />
      ))}
    </>,
  ]);
  const own = run.versions.map((version): Fact => [
    'registered',
    <VersionButton {...version} onGo={onGo} />,
  ]);
  return [...facts, ...own];
}

function VersionButton(props: {
  readonly name: string;
  readonly version: number;
  readonly onGo: LineageActions['onGo'];
}): JSX.Element {
  const { name, version, onGo } = props;
  return (
    <TextButton
      look="plain"
      onClick={() => {
        onGo({ kind: 'version', name, version });
      }}
    >
      {`${name} v${String(version)}`}
    </TextButton>
  );
}

function Files(props: {
  readonly run: RunPage;
  readonly actions: LineageActions;
}): JSX.Element | null {
  const { run, actions } = props;
  const own = run.models.flatMap(({ files }) =>
    files.map((file) => ({ ...file, certainty: 'sure' as const, source: 'logged' as const })),
  );
  const files = [...run.artifacts, ...own];
  if (files.length === 0) return null;
  return (
    <section className="cellar-Facts" aria-label="Files">
      <h2>{formatCount(files.length, 'file')}</h2>
      <ul>
        {files.map((file, at) => (
          <li key={at}>
            <ArtifactLine artifact={{ ...file, run: run.id }} url={actions.artifactUrl(file)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function environmentFacts({ kernel, packages, ranOn }: RunPage): readonly Fact[] {
  return [
    ...(kernel === null
      ? []
      : [
          [
            'kernel',
            [kernel.displayName ?? kernel.name, kernel.version ?? ''].join(' ').trim(),
          ] as const,
        ]),
    ...(ranOn === null ? [] : ranOnFacts(ranOn)),
    ...packages.map(({ name, size }): Fact => ['listed in', `${name}, ${formatSize(size)}`]),
  ];
}

/** What is known of any other node. */
export function NodeFacts(props: {
  readonly node: LineageNode;
  readonly actions: LineageActions;
}): JSX.Element {
  const { node, actions } = props;
  const file = node.kind === 'artifact' && node.gone === undefined ? node : undefined;
  return (
    <>
      <FactList
        title={kindWords(node.kind)}
        facts={[...goneFacts(node), ...ownFacts(node, actions.onGo)]}
      />
      {file === undefined ? null : (
        <p>
          <a
            href={actions.artifactUrl({ name: file.names[0] ?? 'file', sha256: file.sha256 })}
            download
          >
            {`Download ${baseName(file.names[0] ?? 'it')}`}
          </a>
        </p>
      )}
    </>
  );
}

function goneFacts(node: LineageNode): readonly Fact[] {
  return node.gone === undefined ? [] : [['state', goneWords(node.gone)]];
}

function ownFacts(node: LineageNode, onGo: LineageActions['onGo']): readonly Fact[] {
  switch (node.kind) {
    case 'dataset':
      return [
        ['name', node.name],
        ...(node.rows === undefined ? [] : [['rows', String(node.rows)] as const]),
        ...(node.columns === undefined ? [] : [['columns', String(node.columns)] as const]),
        ['digest', node.digest],
        ...(node.sourceType === '' ? [] : [['source', node.sourceType] as const]),
      ];
    case 'artifact':
      return [
        ...node.names.map((name): Fact => ['name', name]),
        ['size', formatSize(node.size)],
        ['SHA-256', <code>{node.sha256}</code>],
      ];
    case 'model':
      return [
        ['name', node.name],
        ['type', node.modelType],
        ['state', node.status],
        ...fileFacts(node.files),
      ];
    case 'version':
      return [
        ['name', node.name],
        ['version', String(node.version)],
        ...node.aliases.map((alias): Fact => ['alias', `@${alias}`]),
        ...(node.stage === 'None' ? [] : [['stage', node.stage] as const]),
        ...fileFacts(node.files),
      ];
    case 'entry':
      return [
        ...(node.registry === '' ? [] : [['registry', node.registry] as const]),
        ['name', node.name],
        ...(node.version === '' ? [] : [['version', node.version] as const]),
        ...node.aliases.map((alias): Fact => ['alias', `@${alias}`]),
        ...(['', 'None'].includes(node.stage) ? [] : [['stage', node.stage] as const]),
        ...(node.page === ''
          ? []
          : [
              [
                'page',
                <a href={node.page} target="_blank" rel="noopener noreferrer">
                  Open it there
                </a>,
              ] as const,
            ]),
      ];
    case 'notebook':
      return [
        ['path', node.path],
        ['versions', String(node.snapshots)],
      ];
    case 'snapshot':
    case 'cell':
      return node.time === '' ? [] : [versionFact(toVersion(node), onGo)];
    case 'run':
      return [['name', node.name]];
  }
}

function fileFacts(
  files: readonly { readonly name: string; readonly size: number }[],
): readonly Fact[] {
  return files.map(({ name, size }) => ['file', `${name}, ${formatSize(size)}`]);
}

function toVersion(
  node: Extract<LineageNode, { kind: 'snapshot' | 'cell' }>,
): Parameters<typeof versionFact>[0] {
  const { notebook, path, time, snapshot: id } = node;
  const own = node.kind === 'snapshot' ? node : { before: null, clean: null };
  return { id, notebook, path, time, before: own.before, clean: own.clean };
}

/** "0.4 s", "12 s", "3 min", "2.5 h". */
function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${String(Number(seconds.toFixed(1)))} s`;
  if (seconds < 120) return `${String(Math.round(seconds))} s`;
  if (seconds < 7200) return `${String(Math.round(seconds / 60))} min`;
  return `${String(Number((seconds / 3600).toFixed(1)))} h`;
}
