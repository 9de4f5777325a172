import type * as z from 'zod';

import type { warningSchema } from '../../contract/capture.js';

/** Something beside the snapshot that could not be kept. */
export type Warning = z.infer<typeof warningSchema>;
