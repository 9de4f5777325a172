import { useMemo } from 'react';

import type { Link } from '../../contract/external.js';
import type { Registration } from '../../contract/models.js';
import type { LinksModel, LinksState } from '../model/links.js';
import type { RegistrationsModel, RegistrationsState } from '../model/registrations.js';
import { Store } from '../model/store.js';
import { useStore } from './use-store.js';

/** What is registered, and where the page of a version of a model is. */
export interface RegisteredPlaces {
  readonly model: RegistrationsModel;
  /** What is linked to registries elsewhere. */
  readonly links: LinksModel;
  readonly urlOf: (name: string, version: number) => string;
}

/** What is registered, of which a row shows what came of it. */
export interface RowRegistered {
  readonly registrations: readonly Registration[];
  readonly links: readonly Link[];
  readonly urlOf: (name: string, version: number) => string;
}

const NOTHING = new Store<RegistrationsState>({ registrations: [] });
const NO_LINKS = new Store<LinksState>({ links: [] });

/** What is registered, as rows want it; the same object until that changes. */
export function useRegistered(places: RegisteredPlaces | undefined): RowRegistered | undefined {
  const { registrations } = useStore<RegistrationsState>(places?.model ?? NOTHING);
  const { links } = useStore<LinksState>(places?.links ?? NO_LINKS);
  return useMemo(
    () => (places === undefined ? undefined : { registrations, links, urlOf: places.urlOf }),
    [places, registrations, links],
  );
}
