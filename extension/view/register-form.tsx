import { useEffect, useState, type JSX } from 'react';

import type { Candidate, RegisterRequest } from '../../contract/models.js';
import { formatSize } from '../model/size.js';
import { baseName } from '../model/words.js';

/** What is registered, under which name, and what is said of it. */
export function RegisterForm(props: {
  readonly candidates: readonly Candidate[];
  /** Of the models that are registered already. */
  readonly names: readonly string[];
  /** Told of each change, with what would be registered; undefined while the name is missing. */
  readonly onChange: (asked: RegisterRequest | undefined) => void;
}): JSX.Element {
  const { candidates, names, onChange } = props;
  const [at, setAt] = useState(0);
  const [name, setName] = useState(() => suggestName(candidates[0], names));
  const [description, setDescription] = useState('');
  const [alias, setAlias] = useState('');
  const chosen = candidates[at];
  useEffect(() => {
    const wanted = alias.trim().replace(/^@/, '');
    onChange(
      chosen === undefined || name.trim() === ''
        ? undefined
        : {
            ...{ name: name.trim(), description, of: chosen.of },
            ...(wanted === '' ? {} : { alias: wanted }),
          },
    );
  }, [chosen, name, description, alias, onChange]);
  return (
    <div className="cellar cellar-Form cellar-Register">
      <label>
        What
        <select
          value={at}
          onChange={({ target }) => {
            setAt(Number(target.value));
          }}
        >
          {candidates.map((candidate, index) => (
            <option key={JSON.stringify(candidate.of)} value={index}>
              {`${candidate.name} · ${candidate.of.kind === 'logged' ? 'logged model, ' : ''}${formatSize(candidate.size)}`}
            </option>
          ))}
        </select>
      </label>
      <label>
        Model
        <input
          list="cellar-registered-names"
          value={name}
          placeholder="A new name, or one that there is"
          onChange={({ target }) => {
            setName(target.value);
          }}
        />
        <datalist id="cellar-registered-names">
          {names.map((known) => (
            <option key={known} value={known} />
          ))}
        </datalist>
        <span className="cellar-quiet">
          {names.includes(name.trim())
            ? 'Becomes the next version of it.'
            : 'A new model, of which this is version 1.'}
        </span>
      </label>
      <label>
        Description (may stay empty)
        <textarea
          rows={2}
          value={description}
          onChange={({ target }) => {
            setDescription(target.value);
          }}
        />
      </label>
      <label>
        Alias (may stay empty)
        <input
          value={alias}
          placeholder="champion"
          onChange={({ target }) => {
            setAlias(target.value);
          }}
        />
      </label>
    </div>
  );
}

/** The only model that there is, else the file's name without its ending. */
function suggestName(candidate: Candidate | undefined, names: readonly string[]): string {
  const own = baseName(candidate?.name ?? '').replace(/\.[^.]+$/, '');
  if (names.includes(own)) return own;
  return names.length === 1 ? (names[0] ?? own) : own;
}
