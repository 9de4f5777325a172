import { createRoot } from 'react-dom/client';

import { REFUSED_LINK } from '../../contract/login.js';
import { createClient } from '../client/client.js';
import { createExternalClient } from '../client/external.js';
import { createMergeClient } from '../client/merge.js';
import { createModelsClient } from '../client/models.js';
import { Page } from './page.js';
import { createStorage } from './storage.js';
import { applyTheme } from './theme.js';

const place = document.getElementById('page');
if (place === null) throw new RangeError('index.html has no element "page"');
const memory = createStorage();
applyTheme(memory);
// The page lies where the server is mounted, which may be below a prefix.
const base = new URL('./', document.baseURI).href;
const client = createClient({ base });
const merges = createMergeClient({ base });
const models = createModelsClient({ base });
const external = createExternalClient({ base });
const drafts = createStorage(() => sessionStorage);
const linkRefused = location.search === REFUSED_LINK;
// Said once: a permalink that is copied from here must not say it again.
if (linkRefused) history.replaceState(null, '', `${location.pathname}${location.hash}`);
createRoot(place).render(
  <Page {...{ client, merges, models, external, memory, drafts, linkRefused }} />,
);
