import { useCallback, useEffect, useState, type JSX } from 'react';

import type { RegisteredAnswer, RegisterRequest, Registrations } from '../../contract/models.js';
import type { ModelsClient } from '../client/models.js';
import { toProblem, type Problem } from '../model/problem.js';
import { TextButton } from '../view/button.js';
import { RegisterForm } from '../view/register-form.js';
import { ProblemBanner } from '../view/states.js';
import { formatRoute } from './routes.js';

/** Registers what a run has made; nothing for whoever may not, and where there is nothing to register. */
export function RegisterPart(props: {
  readonly models: Pick<ModelsClient, 'registrations' | 'register'>;
  readonly run: string;
  /** How much it has made: when that changes, there may be more to register. */
  readonly files: number;
  /** Told when something was registered. */
  readonly onDone: () => void;
}): JSX.Element | null {
  const { models, run, files, onDone } = props;
  const [found, setFound] = useState<Registrations>();
  const [isOpen, setOpen] = useState(false);
  const [asked, setAsked] = useState<RegisterRequest>();
  const [isBusy, setBusy] = useState(false);
  const [done, setDone] = useState<RegisteredAnswer>();
  const [problem, setProblem] = useState<Problem>();
  const load = useCallback(() => {
    setProblem(undefined);
    models.registrations([run]).then(setFound, (error: unknown) => {
      setProblem(toProblem(error));
    });
  }, [models, run]);
  useEffect(load, [load, files]);
  const register = async (): Promise<void> => {
    if (asked === undefined) return;
    setBusy(true);
    setProblem(undefined);
    try {
      setDone(await models.register(asked));
      setOpen(false);
      onDone();
    } catch (error) {
      setProblem(toProblem(error));
    } finally {
      setBusy(false);
    }
  };
  if (problem !== undefined && found === undefined)
    return <ProblemBanner problem={problem} onRetry={load} />;
  if (found?.mayRegister !== true || found.candidates.length === 0) return null;
  return (
    <section className="cellar-Facts" aria-label="Register">
      {problem === undefined ? null : (
        <ProblemBanner problem={problem} onRetry={() => void register()} />
      )}
      {done === undefined ? null : <Registered done={done} />}
      {isOpen ? (
        <div className="cellar-Form">
          <h2>Register a model</h2>
          <RegisterForm candidates={found.candidates} names={found.names} onChange={setAsked} />
          <div className="cellar-Form-buttons">
            <TextButton
              look="accent"
              disabled={isBusy || asked === undefined}
              onClick={() => void register()}
            >
              Register
            </TextButton>
            <TextButton
              onClick={() => {
                setOpen(false);
              }}
            >
              Cancel
            </TextButton>
          </div>
        </div>
      ) : (
        <TextButton
          onClick={() => {
            setDone(undefined);
            setOpen(true);
          }}
        >
          Register a model…
        </TextButton>
      )}
    </section>
  );
}

function Registered({ done }: { readonly done: RegisteredAnswer }): JSX.Element {
  const { name, version, refused } = done;
  return (
    <p role="status">
      {'Registered as '}
      <a href={formatRoute({ kind: 'version', name, version })}>{`${name} v${String(version)}`}</a>
      {refused === null ? '.' : `. ${refused}`}
    </p>
  );
}
