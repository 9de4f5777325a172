import { useState, type JSX } from 'react';

import type { OutputChange, PartChange } from '../../contract/diff.js';
import { formatDelta, formatNumber } from '../model/number.js';
import { formatSize } from '../model/size.js';
import { TextButton } from './button.js';
import { outputWord, type PartContext } from './diff-parts.js';
import { TablePartView } from './diff-table.js';
import { TextDiffView } from './diff-text.js';
import { Leaves } from './leaves.js';
import { SafeOutput, SafePicture } from './safe-output.js';
import { SideBySide } from './side-by-side.js';
import { Value } from './value.js';

/** One output that differs, with a line that says what it is. */
export function OutputView(props: {
  readonly output: OutputChange;
  readonly context: PartContext;
}): JSX.Element {
  const { output, context } = props;
  return (
    <div className={`cellar-Output cellar-mod-${output.kind}`}>
      <p className="cellar-Output-word">
        {output.kind === 'modified' ? outputWord(output) : `${outputWord(output)} ${output.kind}`}
      </p>
      {output.parts.map((part, at) => (
        <PartView key={at} part={part} context={context} />
      ))}
    </div>
  );
}

function PartView(props: {
  readonly part: PartChange;
  readonly context: PartContext;
}): JSX.Element {
  const { part, context } = props;
  switch (part.type) {
    case 'text':
      return <TextDiffView diff={part.diff} layout={context.layout} label={part.mime} />;
    case 'table':
      return <TablePartView part={part} />;
    case 'picture':
      return <PicturePart part={part} context={context} />;
    case 'json':
      return <Leaves leaves={part.leaves} leftOut={part.leavesLeftOut} label={part.mime} />;
    case 'traceback':
      return <TracebackPart part={part} context={context} />;
    case 'metrics':
      return <MetricsPart part={part} />;
    case 'html':
      return <HtmlPart part={part} context={context} />;
    case 'opaque':
      return (
        <SideBySide base={part.base} head={part.head}>
          {({ size, mime }) => <p className="cellar-Note">{`${mime}, ${formatSize(size)}`}</p>}
        </SideBySide>
      );
  }
}

type Part<T extends PartChange['type']> = Extract<PartChange, { type: T }>;

function PicturePart(props: {
  readonly part: Part<'picture'>;
  readonly context: PartContext;
}): JSX.Element {
  const { part, context } = props;
  return (
    <SideBySide base={part.base} head={part.head}>
      {(value, side) => (
        <Value value={value} load={context.load}>
          {(data) => (
            <SafePicture
              mime={value.mime}
              data={data}
              label={side === 'base' ? 'Picture before' : 'Picture after'}
            />
          )}
        </Value>
      )}
    </SideBySide>
  );
}

function HtmlPart(props: {
  readonly part: Part<'html'>;
  readonly context: PartContext;
}): JSX.Element {
  const { part, context } = props;
  const [source, setSource] = useState(false);
  const mime = part.mime === 'text/markdown' ? 'text/markdown' : 'text/html';
  return (
    <>
      {source ? (
        <TextDiffView diff={part.diff} layout={context.layout} label={part.mime} />
      ) : (
        <SideBySide base={part.base} head={part.head}>
          {(value, side) => (
            <Value value={value} load={context.load}>
              {(text) => (
                <SafeOutput
                  mime={mime}
                  text={text}
                  label={side === 'base' ? 'Output before' : 'Output after'}
                />
              )}
            </Value>
          )}
        </SideBySide>
      )}
      <TextButton
        look="plain"
        onClick={() => {
          setSource(!source);
        }}
      >
        {source ? 'Show as it looks' : 'Show the source'}
      </TextButton>
    </>
  );
}

function TracebackPart(props: {
  readonly part: Part<'traceback'>;
  readonly context: PartContext;
}): JSX.Element {
  const { part, context } = props;
  const [open, setOpen] = useState(false);
  const { baseError, headError } = part;
  const same = baseError?.name === headError?.name && baseError?.message === headError?.message;
  return (
    <>
      {baseError === undefined || same ? null : <ErrorLine error={baseError} look="deleted" />}
      {headError === undefined ? null : (
        <ErrorLine error={headError} look={same ? 'same' : 'added'} />
      )}
      <TextButton
        look="plain"
        onClick={() => {
          setOpen(!open);
        }}
      >
        {open ? 'Hide the traceback' : 'Show the traceback'}
      </TextButton>
      {open ? <TextDiffView diff={part.diff} layout={context.layout} label="Traceback" /> : null}
    </>
  );
}

const ERROR_SIGNS = { deleted: '\u2212', added: '+', same: '' } as const;

function ErrorLine(props: {
  readonly error: { readonly name: string; readonly message: string };
  readonly look: keyof typeof ERROR_SIGNS;
}): JSX.Element {
  const { error, look } = props;
  return (
    <p className={`cellar-Error cellar-mod-${look}`}>
      <span className="cellar-Line-sign">{ERROR_SIGNS[look]}</span>
      <span>
        <b>{error.name}</b>
        {error.message === '' ? '' : `: ${error.message}`}
      </span>
    </p>
  );
}

function MetricsPart({ part }: { readonly part: Part<'metrics'> }): JSX.Element {
  return (
    <table className="cellar-Leaves" aria-label="Metrics and params">
      <tbody>
        {part.metrics.map(({ name, base, head }) => (
          <tr key={`metric ${name}`}>
            <th scope="row">{name}</th>
            <td>{base === undefined ? null : <del>{formatNumber(base)}</del>}</td>
            <td>{head === undefined ? null : <ins>{formatNumber(head)}</ins>}</td>
            <td className="cellar-quiet">
              {typeof base === 'number' && typeof head === 'number' ? formatDelta(head - base) : ''}
            </td>
          </tr>
        ))}
        {part.params.map(({ name, base, head }) => (
          <tr key={`param ${name}`}>
            <th scope="row">{name}</th>
            <td>{base === undefined ? null : <del>{base}</del>}</td>
            <td>{head === undefined ? null : <ins>{head}</ins>}</td>
            <td />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
