import { useState, type JSX } from 'react';

import { describeCapture, type CaptureStatus } from '../model/capture-status.js';
import type { HistoryModel } from '../model/history.js';
import type { LiveModel } from '../model/live.js';
import { guessDirection } from '../model/number.js';
import { baseName } from '../model/words.js';
import { IconButton } from './button.js';
import type { HistoryActions } from './history-actions.js';
import { Icon, type IconName } from './icons.js';
import { Menu, type MenuEntry, type MenuPlace } from './menu.js';
import { Sparkline } from './sparkline.js';
import { useNow, useStore } from './use-store.js';

/** The panel's head: which notebook, whether it is kept, the metric that matters, and the search. */
export function HistoryHeader(props: {
  readonly model: HistoryModel;
  readonly actions: HistoryActions;
  readonly live?: LiveModel | undefined;
}): JSX.Element {
  const { model, actions, live } = props;
  const { path, capture, metric, phase, text, notebook } = useStore(model);
  const origin = notebook?.origin ?? null;
  return (
    <header className="cellar-Head">
      <div className="cellar-Head-title">
        <h2 title={path}>{path === undefined ? 'No notebook' : baseName(path)}</h2>
        <HeaderButtons capture={capture} actions={actions} hasVersions={notebook !== undefined} />
      </div>
      {capture === undefined ? null : <CaptureLine status={capture} />}
      {origin === null ? null : (
        <p className="cellar-Origin" title={origin.path}>
          Copied from {baseName(origin.path)}
        </p>
      )}
      {metric !== null ? (
        <MetricLine model={model} />
      ) : live === undefined ? null : (
        <ComingMetric live={live} />
      )}
      {phase === 'ready' || text !== '' ? (
        <SearchField
          label="Search in versions"
          value={text}
          onChange={(value) => {
            model.search(value);
          }}
        />
      ) : null}
    </header>
  );
}

function HeaderButtons(props: {
  readonly capture: CaptureStatus | undefined;
  readonly actions: HistoryActions;
  readonly hasVersions: boolean;
}): JSX.Element {
  const { capture, actions, hasVersions } = props;
  const [menu, setMenu] = useState<MenuPlace>();
  const paused = capture?.kind === 'paused';
  const entries = headerEntries(actions, hasVersions);
  return (
    <div className="cellar-Head-buttons">
      {actions.onPause === undefined ||
      capture === undefined ||
      capture.kind === 'ignored' ? null : (
        <IconButton
          icon={paused ? 'play' : 'pause'}
          label={paused ? 'Keep versions again' : 'Pause: keep no versions'}
          // What is paused is no part of what is damaged.
          disabled={actions.obstacle !== undefined && actions.obstacle !== 'damaged'}
          onClick={() => actions.onPause?.(!paused)}
        />
      )}
      {entries.length === 0 ? null : (
        <IconButton
          icon="more"
          label="More"
          expanded={menu !== undefined}
          onClick={(event) => {
            const { left, bottom } = event.currentTarget.getBoundingClientRect();
            setMenu({ x: left, y: bottom });
          }}
        />
      )}
      {menu === undefined ? null : (
        <Menu
          label="Cellar"
          place={menu}
          entries={entries}
          onClose={() => {
            setMenu(undefined);
          }}
        />
      )}
    </div>
  );
}

function headerEntries(actions: HistoryActions, hasVersions: boolean): readonly MenuEntry[] {
  const entries: MenuEntry[] = [];
  if (actions.onKeep !== undefined)
    entries.push({
      kind: 'action',
      label: 'Keep a version now…',
      disabled: actions.obstacle !== undefined,
      run: () => actions.onKeep?.(),
    });
  if (actions.onExport !== undefined)
    entries.push({
      kind: 'action',
      label: 'Export all versions…',
      disabled: !hasVersions,
      run: () => actions.onExport?.(),
    });
  if (actions.onOpenSettings !== undefined)
    entries.push({ kind: 'action', label: 'Settings', run: () => actions.onOpenSettings?.() });
  return entries;
}

const CAPTURE_ICONS: Readonly<Record<CaptureStatus['kind'], IconName>> = {
  kept: 'check',
  keeping: 'clock',
  waiting: 'clock',
  paused: 'pause',
  ignored: 'pause',
  error: 'warn',
};

function CaptureLine({ status }: { readonly status: CaptureStatus }): JSX.Element {
  const now = useNow(status.kind === 'kept' ? 5000 : 60_000);
  const { label, title } = describeCapture(status, Math.max(now, Date.now()));
  return (
    <div className={`cellar-Capture cellar-mod-${status.kind}`} title={title} role="status">
      <Icon name={CAPTURE_ICONS[status.kind]} />
      {label}
      {status.kind === 'error' && status.told !== true ? (
        <span className="cellar-Capture-why">{title}</span>
      ) : null}
    </div>
  );
}

function MetricLine({ model }: { readonly model: HistoryModel }): JSX.Element | null {
  const { metric, metrics } = useStore(model);
  if (metric === null) return null;
  const names = metrics.includes(metric.name) ? metrics : [metric.name, ...metrics];
  return (
    <div className="cellar-Metric">
      <div className="cellar-Metric-choice">
        <select
          className="cellar-Select"
          aria-label="Metric"
          title={metric.name}
          value={metric.name}
          onChange={(event) => {
            model.chooseMetric(event.currentTarget.value);
          }}
        >
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button
          type="button"
          className="cellar-Metric-direction"
          title="Turn which way is better"
          onClick={() => {
            model.turnDirection();
          }}
        >
          {metric.direction} is better
        </button>
      </div>
      <Sparkline name={metric.name} values={metric.course} />
    </div>
  );
}

/** The metric of the first run while it goes on, where it will stand once a version has it: then nothing moves. */
function ComingMetric({ live }: { readonly live: LiveModel }): JSX.Element | null {
  const name = useStore(live).runs.find(({ metrics }) => metrics.length > 0)?.metrics[0]?.name;
  if (name === undefined) return null;
  return (
    <div className="cellar-Metric">
      <div className="cellar-Metric-choice cellar-mod-coming">
        <b title={name}>{name}</b>
        <span className="cellar-quiet">{guessDirection(name)} is better</span>
      </div>
    </div>
  );
}

/** A field to search by, with an icon and a way to clear it. */
export function SearchField(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const { label, value, onChange } = props;
  return (
    <div className="cellar-Search">
      <Icon name="search" />
      <input
        type="text"
        placeholder={label}
        aria-label={label}
        value={value}
        onChange={(event) => {
          onChange(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && value !== '') {
            event.stopPropagation();
            onChange('');
          }
        }}
      />
      {value === '' ? null : (
        <IconButton
          icon="close"
          label="Clear the search"
          onClick={() => {
            onChange('');
          }}
        />
      )}
    </div>
  );
}
