import { useEffect, useMemo, useRef, useState, type JSX, type RefObject } from 'react';

import type { LineageNode } from '../../contract/lineage.js';
import type { RunPage } from '../../contract/run.js';
import type { ElsewhereModel } from '../model/elsewhere.js';
import {
  thingOfModel,
  thingOfVersion,
  thingsOfRun,
  type Thing,
} from '../model/elsewhere-things.js';
import { thereWords } from '../model/elsewhere-words.js';
import { TextButton } from './button.js';
import { LinkForm, RegisterElsewhere, type FormPlace } from './elsewhere-form.js';
import { LinkItem, SendingLine } from './elsewhere-link.js';
import { Facts } from './model-parts.js';
import { ProblemBanner } from './states.js';
import { useStore } from './use-store.js';

/** Where links, and what registries have, are asked for. */
export interface ElsewherePlace extends FormPlace {
  /** Of what is named as links are asked for: runs:/RUN, models:/m-…, models:/NAME/VERSION. */
  open(of: string): ElsewhereModel;
}

/** What a node of a lineage is linked to elsewhere; nothing for what is never linked. */
export function NodeElsewhere(props: {
  readonly place: ElsewherePlace;
  readonly node: LineageNode;
  readonly run: RunPage | undefined;
  readonly onChanged?: (() => void) | undefined;
}): JSX.Element | null {
  const { place, node, run, onChanged } = props;
  const subject = subjectOf(node, run);
  if (subject === undefined) return null;
  return <Elsewhere key={subject.of} {...{ place, onChanged }} {...subject} />;
}

interface Subject {
  readonly of: string;
  readonly things: readonly Thing[];
}

function subjectOf(node: LineageNode, run: RunPage | undefined): Subject | undefined {
  if (run !== undefined) return { of: `runs:/${run.id}`, things: thingsOfRun(run) };
  if (node.gone !== undefined) return undefined;
  if (node.kind === 'model')
    return {
      of: `models:/${node.model}`,
      things: [thingOfModel(node.model, node.name, node.files.length > 0)],
    };
  if (node.kind !== 'version' || node.name === '') return undefined;
  const { name, version, files } = node;
  return {
    of: `models:/${name}/${String(version)}`,
    things: [thingOfVersion(name, version, files.length > 0)],
  };
}

/** The entries of registries elsewhere that something is linked to, with the ways to link it and to register it there. */
export function Elsewhere(
  props: Subject & {
    readonly place: ElsewherePlace;
    /** Told when it is linked to something else than before. */
    readonly onChanged?: (() => void) | undefined;
  },
): JSX.Element | null {
  const { place, of, things, onChanged } = props;
  const model = useElsewhereModel(place, of, onChanged);
  const { links, mayChange, problem, refused, removed, sending, said } = useStore(model);
  const home = useRef<HTMLDivElement>(null);
  if (links === undefined)
    return problem === undefined ? null : (
      <ProblemBanner problem={problem} onRetry={() => void model.load()} />
    );
  if (links.length === 0 && !mayChange) return null;
  const words = removed === undefined ? said : `${thereWords(removed)} is not linked any more.`;
  return (
    <Facts title="Elsewhere">
      <div className="cellar-Elsewhere" ref={home} tabIndex={-1} role="group" aria-label="Links">
        {problem === undefined ? null : (
          <ProblemBanner problem={problem} onRetry={() => void model.load()} />
        )}
        {links.length === 0 ? (
          <p className="cellar-quiet">Not linked to any registry or page elsewhere.</p>
        ) : (
          <ul>
            {links.map((link) => (
              <LinkItem
                key={link.id}
                {...{ link, things }}
                {...(mayChange && sending === undefined
                  ? {
                      onUnlink: () => void model.unlink(link),
                      onRetry: () => void model.retry(link),
                    }
                  : {})}
              />
            ))}
          </ul>
        )}
        {/* In the document before there is anything to say, so that it is said when there is. */}
        <p role="status" className={words === '' ? 'cellar-sr' : 'cellar-Elsewhere-said'}>
          <span>{words}</span>
          {removed === undefined ? null : (
            <Undo
              onUndo={() => {
                home.current?.focus();
                void model.undo();
              }}
            />
          )}
        </p>
        {refused === undefined ? null : <ProblemBanner problem={refused} />}
        {!mayChange ? null : sending === undefined ? (
          <Ways {...{ model, place, things, home }} />
        ) : (
          <SendingLine sending={sending} onCancel={() => void model.cancel()} />
        )}
      </div>
    </Facts>
  );
}

function useElsewhereModel(
  place: ElsewherePlace,
  of: string,
  onChanged: (() => void) | undefined,
): ElsewhereModel {
  const model = useMemo(() => place.open(of), [place, of]);
  const tell = useRef(onChanged);
  useEffect(() => {
    tell.current = onChanged;
  });
  useEffect(() => {
    let known: string | undefined;
    const unsubscribe = model.subscribe(() => {
      const { links } = model.state;
      if (links === undefined) return;
      const linked = links
        .filter(({ state }) => state === 'linked')
        .map(({ id }) => id)
        .join();
      if (known !== undefined && known !== linked) tell.current?.();
      known = linked;
    });
    void model.load();
    return () => {
      unsubscribe();
      model.dispose();
    };
  }, [model]);
  return model;
}

/** Where the link was that is gone, the way back has the focus. */
function Undo({ onUndo }: { readonly onUndo: () => void }): JSX.Element {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    place.current?.querySelector('button')?.focus();
  }, []);
  return (
    <span ref={place}>
      <TextButton look="plain" onClick={onUndo}>
        Undo
      </TextButton>
    </span>
  );
}

/** The buttons, and the form that one of them opens. */
function Ways(props: {
  readonly model: ElsewhereModel;
  readonly place: ElsewherePlace;
  readonly things: readonly Thing[];
  readonly home: RefObject<HTMLDivElement | null>;
}): JSX.Element {
  const { model, place, things, home } = props;
  const { registries } = useStore(model);
  const [open, setOpen] = useState<'link' | 'register'>();
  const close = (): void => {
    setOpen(undefined);
    home.current?.focus();
  };
  const withFiles = things.filter(({ hasFiles }) => hasFiles);
  if (open === 'link')
    return (
      <LinkForm
        {...{ place, things, registries }}
        onLink={async (asked) => {
          if (await model.link(asked)) close();
        }}
        onCancel={close}
      />
    );
  if (open === 'register')
    return (
      <RegisterElsewhere
        {...{ place, registries }}
        things={withFiles}
        onRegister={(asked) => {
          close();
          void model.register(asked);
        }}
        onCancel={close}
      />
    );
  return (
    <>
      <div className="cellar-Form-buttons">
        <TextButton
          onClick={() => {
            setOpen('link');
          }}
        >
          {registries.length === 0 ? 'Link a page…' : 'Link…'}
        </TextButton>
        {registries.length === 0 || withFiles.length === 0 ? null : (
          <TextButton
            onClick={() => {
              setOpen('register');
            }}
          >
            Register elsewhere…
          </TextButton>
        )}
      </div>
      {registries.length > 0 ? null : (
        <p className="cellar-quiet">
          {'A registry, such as an MLflow server, is added by '}
          <code>cellar registry add NAME URL</code>
        </p>
      )}
    </>
  );
}
