import { useMemo } from 'react';

import type { Registration } from '../../contract/models.js';
import type { RegistrationsModel, RegistrationsState } from '../model/registrations.js';
import { Store } from '../model/store.js';
import { useStore } from './use-store.js';

/** What is registered, and where the page of a version of a model is. */
export interface RegisteredPlaces {
  readonly model: RegistrationsModel;
  readonly urlOf: (name: string, version: number) => string;
}

/** What is registered, of which a row shows what came of it. */
export interface RowRegistered {
  readonly registrations: readonly Registration[];
  readonly urlOf: (name: string, version: number) => string;
}

const NOTHING = new Store<RegistrationsState>({ registrations: [] });

/** What is registered, as rows want it; the same object until that changes. */
export function useRegistered(places: RegisteredPlaces | undefined): RowRegistered | undefined {
  const { registrations } = useStore<RegistrationsState>(places?.model ?? NOTHING);
  return useMemo(
    () => (places === undefined ? undefined : { registrations, urlOf: places.urlOf }),
    [places, registrations],
  );
}
