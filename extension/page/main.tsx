import { createRoot } from 'react-dom/client';

import { createClient } from '../client/client.js';
import { Page } from './page.js';
import { createStorage } from './storage.js';
import { applyTheme } from './theme.js';

const place = document.getElementById('page');
if (place === null) throw new RangeError('index.html has no element "page"');
const memory = createStorage();
applyTheme(memory);
// The page lies where the server is mounted, which may be below a prefix.
const client = createClient({ base: new URL('./', document.baseURI).href });
createRoot(place).render(<Page client={client} memory={memory} />);
