import { useState, type JSX } from 'react';

import type { Client } from '../client/client.js';
import { isClientError } from '../client/errors.js';
import { problemText } from '../view/states.js';
import { toProblem } from '../model/problem.js';

/** Asks for the token when there was no login link, or it was used already. */
export function Login(props: {
  readonly client: Pick<Client, 'login'>;
  /** The login link that led here was not taken. */
  readonly linkRefused: boolean;
  readonly onDone: () => void;
}): JSX.Element {
  const { client, linkRefused, onDone } = props;
  const [token, setToken] = useState('');
  const [refusal, setRefusal] = useState(
    linkRefused
      ? 'This link was used before, or is no longer valid. Ask for a new one.'
      : undefined,
  );
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      await client.login(token.trim());
      onDone();
    } catch (error) {
      setRefusal(
        isClientError(error, 'unauthenticated', 'forbidden', 'expired')
          ? 'This token is not valid, or no longer.'
          : problemText(toProblem(error)),
      );
      setBusy(false);
    }
  };
  return (
    <form
      className="cellar-Login"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h1>Log in</h1>
      <p>Open the link that you were sent, or paste the token that the server printed.</p>
      <label>
        Token
        <input
          type="password"
          autoComplete="current-password"
          value={token}
          autoFocus
          onChange={(event) => {
            setToken(event.currentTarget.value);
          }}
        />
      </label>
      {refusal === undefined ? null : <p role="alert">{refusal}</p>}
      <button
        type="submit"
        className="cellar-TextButton cellar-mod-accent"
        disabled={busy || token.trim() === ''}
      >
        Log in
      </button>
    </form>
  );
}
