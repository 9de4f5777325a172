import { useEffect, useMemo, type JSX, type ReactNode } from 'react';

import type { Client } from '../client/client.js';
import type { ExternalClient } from '../client/external.js';
import type { ModelsClient } from '../client/models.js';
import { Loaded } from '../model/loaded.js';
import { ProblemBanner, Skeleton } from '../view/states.js';
import { useStore } from '../view/use-store.js';
import type { SnapshotUrl } from '../view/version-list.js';
import { formatRoute } from './routes.js';

/** What the pages of registered models are drawn from. */
export interface ModelPageProps {
  readonly client: Client;
  readonly models: ModelsClient;
  readonly external: ExternalClient;
}

/** The address of a notebook's version: what changed with it, or its notebook where it was the first. */
export const snapshotUrl: SnapshotUrl = ({ id, notebook, parent }) =>
  parent === null
    ? formatRoute({ kind: 'notebook', id: notebook })
    : formatRoute({ kind: 'diff', base: parent, head: id });

/** Loads something as long as its page is open. */
export function useLoaded<Value>(client: Client, ask: () => Promise<Value>): Loaded<Value> {
  // eslint-disable-next-line react-hooks/exhaustive-deps -- what is asked for is the page's own, and a page has a key
  const loaded = useMemo(() => new Loaded(client, ask), [client]);
  useEffect(() => {
    void loaded.load();
    return () => {
      loaded.dispose();
    };
  }, [loaded]);
  return loaded;
}

/** What was loaded, under what went wrong. */
export function Shown<Value>(props: {
  readonly loaded: Loaded<Value>;
  readonly label: string;
  readonly children: (value: Value) => ReactNode;
}): JSX.Element {
  const { loaded, label, children } = props;
  const { value, problem, refused } = useStore(loaded);
  return (
    <>
      {problem === undefined ? null : (
        <ProblemBanner problem={problem} onRetry={() => void loaded.load()} />
      )}
      {refused === undefined ? null : <ProblemBanner problem={refused} />}
      {value === undefined && problem === undefined ? <Skeleton label={label} rows={8} /> : null}
      {value === undefined ? null : children(value)}
    </>
  );
}
