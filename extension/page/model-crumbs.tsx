import type { JSX } from 'react';

import { Icon } from '../view/icons.js';
import { formatRoute, type PageRoute } from './routes.js';

/** The way to the registered models, above the notebooks. */
export function ModelsLink({ route }: { readonly route: PageRoute }): JSX.Element {
  return (
    <nav className="cellar-Notebooks-above" aria-label="Registry">
      <ul>
        <li>
          <a
            href={formatRoute({ kind: 'models' })}
            aria-current={isOfModels(route) ? 'page' : undefined}
          >
            <Icon name="box" />
            <span className="cellar-Notebooks-name">Registered models</span>
          </a>
        </li>
      </ul>
    </nav>
  );
}

/** Where one is among the registered models; nothing elsewhere. */
export function ModelCrumbs({ route }: { readonly route: PageRoute }): JSX.Element | null {
  if (!isOfModels(route)) return null;
  const toCurrent = (kind: PageRoute['kind']): 'page' | undefined =>
    route.kind === kind ? 'page' : undefined;
  return (
    <>
      <a href={formatRoute({ kind: 'models' })} aria-current={toCurrent('models')}>
        Models
      </a>
      {route.kind === 'models' ? null : (
        <a
          href={formatRoute({ kind: 'model', name: route.name })}
          aria-current={toCurrent('model')}
        >
          {route.name}
        </a>
      )}
      {route.kind === 'version' ? <span aria-current="page">v{route.version}</span> : null}
      {route.kind === 'versions' ? (
        <span aria-current="page">{`v${String(route.base)} → v${String(route.head)}`}</span>
      ) : null}
    </>
  );
}

/** The routes of registered models. */
export type ModelRoute = Extract<
  PageRoute,
  { readonly kind: 'models' | 'model' | 'version' | 'versions' }
>;

function isOfModels(route: PageRoute): route is ModelRoute {
  return ['models', 'model', 'version', 'versions'].includes(route.kind);
}
