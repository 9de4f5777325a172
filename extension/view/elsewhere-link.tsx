import type { JSX } from 'react';

import type { Link } from '../../contract/external.js';
import type { Sending } from '../model/elsewhere.js';
import { ofWords, type Thing } from '../model/elsewhere-things.js';
import {
  aliasesOf,
  asOfWords,
  linkWords,
  stageOf,
  standingOf,
  thereWords,
} from '../model/elsewhere-words.js';
import { formatSize } from '../model/size.js';
import { formatFullTime } from '../model/time.js';
import { IconButton, TextButton } from './button.js';
import { Icon } from './icons.js';
import { useNow } from './use-store.js';

/** A link: what it leads to, what is known of that, and how it stands. */
export function LinkItem(props: {
  readonly link: Link;
  readonly things: readonly Thing[];
  /** For who may. */
  readonly onUnlink?: () => void;
  readonly onRetry?: () => void;
}): JSX.Element {
  const { link, things, onUnlink, onRetry } = props;
  const { registry, page, seen } = link;
  const now = useNow(60_000);
  const standing = standingOf(link, now);
  const isLinked = link.state === 'linked';
  const facts = [
    registry === null ? hostOf(page) : page === '' ? `${registry}, not set up any more` : registry,
    ofWords(link, things),
  ];
  return (
    <li className="cellar-Elsewhere-link">
      <Icon name={isLinked ? 'link' : standing?.look === 'warn' ? 'warn' : 'clock'} />
      <div>
        <p className="cellar-Inline">
          <There link={link} />
          {aliasesOf(link).map((alias) => (
            <span key={alias} className="cellar-Alias">
              @{alias}
            </span>
          ))}
          <StageThere link={link} />
        </p>
        <p className="cellar-Elsewhere-facts">
          {facts.filter((each) => each !== '').join(' · ')}
          {!isLinked ? null : (
            <AsOf words={asOfWords(link, now)} title={seen === null ? '' : formatFullTime(seen)} />
          )}
        </p>
        {standing === undefined ? null : (
          <p className={`cellar-Elsewhere-standing cellar-mod-${standing.look}`}>
            {`${standing.words} `}
            {onRetry === undefined || isLinked ? null : (
              <TextButton look="plain" onClick={onRetry}>
                Try again
              </TextButton>
            )}
          </p>
        )}
      </div>
      {onUnlink === undefined ? null : (
        <IconButton
          icon="close"
          label={`Take the link to ${linkWords(link)} away`}
          onClick={onUnlink}
        />
      )}
    </li>
  );
}

function There({ link }: { readonly link: Link }): JSX.Element {
  const { page, known, registry, state } = link;
  const words = thereWords(link);
  // Nothing is there yet.
  if (page === '' || state !== 'linked')
    return <span className="cellar-Elsewhere-name">{words}</span>;
  const description = known?.description ?? '';
  return (
    <a
      className="cellar-Elsewhere-name"
      href={page}
      target="_blank"
      rel="noopener noreferrer"
      title={description === '' ? page : description}
    >
      {words}
      <span className="cellar-sr">{`${registry === null ? '' : ` in ${registry}`} (opens a new tab)`}</span>
    </a>
  );
}

function StageThere({ link }: { readonly link: Link }): JSX.Element | null {
  const stage = stageOf(link);
  if (stage === '') return null;
  return <span className={`cellar-Stage cellar-mod-${stage.toLowerCase()}`}>{stage}</span>;
}

function AsOf(props: {
  readonly words: string | undefined;
  readonly title: string;
}): JSX.Element | null {
  if (props.words === undefined) return null;
  return (
    <>
      {' · '}
      <span title={props.title}>{props.words}</span>
    </>
  );
}

/** How far a registration is, and a way to end it. */
export function SendingLine(props: {
  readonly sending: Sending;
  readonly onCancel: () => void;
}): JSX.Element {
  const { sending, onCancel } = props;
  const { registry, done, total, cancelling } = sending;
  return (
    <div className="cellar-Elsewhere-sending">
      <progress
        aria-label={`Registering in ${registry}`}
        {...(total === null ? {} : { value: done, max: Math.max(total, 1) })}
      />
      <span className="cellar-quiet">{cancelling ? 'Cancelling…' : shareWords(sending)}</span>
      <TextButton disabled={cancelling} onClick={onCancel}>
        Cancel
      </TextButton>
    </div>
  );
}

/** "430 MB of 1 GB sent to prod · 43 %". */
function shareWords({ registry, done, total }: Sending): string {
  if (total === null || total === 0) return `Asking ${registry}…`;
  const share = Math.floor((100 * done) / total);
  return `${formatSize(done)} of ${formatSize(total)} sent to ${registry} · ${String(share)} %`;
}

/** Of a page's address, for people. */
function hostOf(page: string): string {
  return URL.canParse(page) ? new URL(page).host : page;
}
