import { useEffect, useId, useMemo, useState, type JSX, type ReactNode } from 'react';

import type { ExternalEntry, ExternalRegistry, LinkRequest } from '../../contract/external.js';
import { versionWords, type EntriesModel, type EntriesState } from '../model/elsewhere-entries.js';
import type { Thing } from '../model/elsewhere-things.js';
import { FormButtons } from './model-parts.js';
import { useStore } from './use-store.js';

/** Where forms look for what registries have. */
export interface FormPlace {
  search(): EntriesModel;
}

interface FormProps {
  readonly place: FormPlace;
  readonly things: readonly Thing[];
  readonly registries: readonly ExternalRegistry[];
  readonly onCancel: () => void;
}

/** Links to an entry that is there, to one of its versions, or to a page. */
export function LinkForm(
  props: FormProps & {
    readonly onLink: (asked: Exclude<LinkRequest, { kind: 'register' }>) => Promise<void>;
  },
): JSX.Element {
  const { place, things, registries, onCancel, onLink } = props;
  const [thing, setThing] = useState(things[0]);
  const [registry, setRegistry] = useState(registries[0]?.name ?? '');
  const [entry, setEntry] = useState('');
  const [version, setVersion] = useState<string>();
  const [url, setUrl] = useState('');
  const [title, setTitle] = useState('');
  const [busy, setBusy] = useState(false);
  const found = useEntries(place, registry, entry);
  const chosen = version ?? found.versions[0]?.version ?? '';
  const isPage = registry === '';
  // Which versions there are is known before one of them is taken.
  const isKnown = found.known || found.problem !== undefined;
  const isReady = isPage ? /^https?:\/\/\S/i.test(url.trim()) : entry.trim() !== '' && isKnown;
  const link = async (): Promise<void> => {
    if (thing === undefined || busy || !isReady) return;
    const { of } = thing;
    setBusy(true);
    await onLink(
      isPage
        ? { kind: 'address', of, url: url.trim(), title: title.trim() || url.trim() }
        : { kind: 'entry', of, registry, entry: entry.trim(), version: chosen || null },
    );
    setBusy(false);
  };
  return (
    <Form title="Link to an entry or a page" onCancel={onCancel} onSubmit={() => void link()}>
      <ThingChoice things={things} thing={thing} onChange={setThing} />
      {registries.length === 0 ? null : (
        <label>
          Where
          <select
            autoFocus={things.length < 2}
            value={registry}
            onChange={({ target }) => {
              setRegistry(target.value);
              setVersion(undefined);
            }}
          >
            <RegistryOptions registries={registries} />
            <option value="">A page, by its address</option>
          </select>
        </label>
      )}
      {isPage ? (
        <>
          <Field
            label="Address"
            value={url}
            placeholder="https://example.org/model-card"
            autoFocus={things.length < 2 && registries.length === 0}
            onChange={setUrl}
          />
          <Field
            label="What it is called"
            value={title}
            placeholder="Model card"
            onChange={setTitle}
          />
        </>
      ) : (
        <>
          <EntryField
            label="Entry"
            value={entry}
            found={found}
            note={noteOfLink(registry, entry, found)}
            onChange={(text) => {
              setEntry(text);
              setVersion(undefined);
            }}
          />
          <VersionChoice {...{ found, entry, chosen }} onChange={setVersion} />
        </>
      )}
      <FormButtons save="Link" disabled={busy || !isReady} onCancel={onCancel} />
    </Form>
  );
}

/** Sends the files, and makes a version of an entry there. */
export function RegisterElsewhere(
  props: FormProps & {
    readonly onRegister: (asked: Extract<LinkRequest, { kind: 'register' }>) => void;
  },
): JSX.Element {
  const { place, things, registries, onCancel, onRegister } = props;
  const [thing, setThing] = useState(things[0]);
  const [registry, setRegistry] = useState(registries[0]?.name ?? '');
  const [named, setNamed] = useState<string>();
  const [description, setDescription] = useState('');
  const name = named ?? thing?.name ?? '';
  const found = useEntries(place, registry, name);
  return (
    <Form
      title="Register elsewhere"
      onCancel={onCancel}
      onSubmit={() => {
        if (thing !== undefined)
          onRegister({ kind: 'register', of: thing.of, registry, entry: name.trim(), description });
      }}
    >
      <ThingChoice things={things} thing={thing} onChange={setThing} />
      <label>
        Where
        <select
          autoFocus={things.length < 2}
          value={registry}
          onChange={({ target }) => {
            setRegistry(target.value);
          }}
        >
          <RegistryOptions registries={registries} />
        </select>
      </label>
      <EntryField
        label="Name there"
        value={name}
        found={found}
        note={noteOfRegister(registry, name, found)}
        onChange={setNamed}
      />
      <label>
        Description (may stay empty)
        <textarea
          rows={2}
          maxLength={5_000}
          value={description}
          onChange={({ target }) => {
            setDescription(target.value);
          }}
        />
      </label>
      <FormButtons save="Register" disabled={name.trim() === ''} onCancel={onCancel} />
    </Form>
  );
}

/** A form that Escape closes. */
function Form(props: {
  readonly title: string;
  readonly children: ReactNode;
  readonly onSubmit: () => void;
  readonly onCancel: () => void;
}): JSX.Element {
  const { title, children, onSubmit, onCancel } = props;
  return (
    <form
      className="cellar-Form cellar-Elsewhere-form"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onCancel();
      }}
    >
      <h3>{title}</h3>
      {children}
    </form>
  );
}

function ThingChoice(props: {
  readonly things: readonly Thing[];
  readonly thing: Thing | undefined;
  readonly onChange: (thing: Thing | undefined) => void;
}): JSX.Element | null {
  const { things, thing, onChange } = props;
  if (things.length < 2) return null;
  const words = JSON.stringify(thing?.of);
  return (
    <label>
      What
      <select
        autoFocus
        value={things.findIndex(({ of }) => JSON.stringify(of) === words)}
        onChange={({ target }) => {
          onChange(things[Number(target.value)]);
        }}
      >
        {things.map((each, at) => (
          <option key={JSON.stringify(each.of)} value={at}>
            {each.words}
          </option>
        ))}
      </select>
    </label>
  );
}

function RegistryOptions(props: { readonly registries: readonly ExternalRegistry[] }): JSX.Element {
  return (
    <>
      {props.registries.map(({ name, state }) => (
        <option key={name} value={name}>
          {state === 'away' ? `${name} (does not answer)` : name}
        </option>
      ))}
    </>
  );
}

function Field(props: {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly autoFocus?: boolean;
  readonly onChange: (text: string) => void;
}): JSX.Element {
  const { label, value, placeholder, autoFocus, onChange } = props;
  return (
    <label>
      {label}
      <input
        {...{ value, placeholder, autoFocus }}
        onChange={({ target }) => {
          onChange(target.value);
        }}
      />
    </label>
  );
}

/** A name that is completed by what the registry has. */
function EntryField(props: {
  readonly label: string;
  readonly value: string;
  readonly found: EntriesState;
  readonly note: string;
  readonly onChange: (text: string) => void;
}): JSX.Element {
  const { label, value, found, note, onChange } = props;
  const id = useId();
  return (
    <div>
      <label>
        {label}
        <input
          list={`${id}names`}
          aria-describedby={`${id}note`}
          autoComplete="off"
          value={value}
          onChange={({ target }) => {
            onChange(target.value);
          }}
        />
      </label>
      <datalist id={`${id}names`}>
        {found.entries.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <p id={`${id}note`} className="cellar-quiet cellar-Elsewhere-note">
        {note}
      </p>
    </div>
  );
}

function VersionChoice(props: {
  readonly found: EntriesState;
  readonly entry: string;
  /** "" is the entry as a whole. */
  readonly chosen: string;
  readonly onChange: (version: string) => void;
}): JSX.Element | null {
  const { found, entry, chosen, onChange } = props;
  // Nobody can be asked: the person knows.
  if (found.problem !== undefined)
    return (
      <Field
        label="Version (empty: the entry as a whole)"
        value={chosen}
        placeholder="7"
        onChange={onChange}
      />
    );
  const one = findOne(found, entry);
  if (one === undefined) return null;
  return (
    <label>
      Version
      <select
        value={chosen}
        onChange={({ target }) => {
          onChange(target.value);
        }}
      >
        {found.versions.map((version) => (
          <option key={version.version} value={version.version}>
            {versionWords(version, one)}
          </option>
        ))}
        <option value="">The entry as a whole</option>
      </select>
    </label>
  );
}

function noteOfLink(registry: string, entry: string, found: EntriesState): string {
  if (found.problem !== undefined)
    return `${registry} does not answer: give the name as it is there.`;
  if (!found.known) return '';
  if (findOne(found, entry) !== undefined) return '';
  if (entry.trim() === '')
    return found.entries.length === 0
      ? `${registry} has no entries yet.`
      : 'Type a part of a name.';
  return found.entries.length === 0
    ? `${registry} has none of this name.`
    : `${String(found.entries.length)} ${found.entries.length === 1 ? 'name has' : 'names have'} this in it.`;
}

function noteOfRegister(registry: string, name: string, found: EntriesState): string {
  if (found.problem !== undefined)
    return `${registry} does not answer: it will be registered once it does.`;
  if (!found.known || name.trim() === '') return '';
  const one = findOne(found, name);
  if (one === undefined) return 'A new entry, of which this is the first version.';
  return one.newest === ''
    ? 'Becomes its first version.'
    : `Becomes the next version of it, after ${one.newest}.`;
}

function findOne({ entries }: EntriesState, name: string): ExternalEntry | undefined {
  return entries.find((each) => each.name === name.trim());
}

function useEntries(place: FormPlace, registry: string, text: string): EntriesState {
  const model = useMemo(() => place.search(), [place]);
  useEffect(
    () => () => {
      model.dispose();
    },
    [model],
  );
  useEffect(() => {
    if (registry !== '') model.ask(registry, text);
  }, [model, registry, text]);
  return useStore(model);
}
