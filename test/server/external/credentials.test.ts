import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { createSecretFinder } from '../../../server/external/credentials.js';
import { makeFolder } from '../scratch.js';

test('a variable is read when it is asked for, and one that is not set is named', async () => {
  const environment: NodeJS.ProcessEnv = { TOKEN: 'one' };
  const find = createSecretFinder(environment);
  expect(await find('env:TOKEN')).toBe('one');
  environment['TOKEN'] = 'two';
  expect(await find('env:TOKEN')).toBe('two');
  await expect(find('env:NONE')).rejects.toThrow('The variable NONE is not set');
});

test('an entry of the keyring is asked of the program that the system has', async () => {
  const folder = await makeFolder();
  const program = join(folder, 'keyring');
  await writeFile(
    program,
    '#!/bin/sh\n[ "$1 $2 $3" = "get mlflow ada/b" ] && echo "from the ring"\n',
  );
  await chmod(program, 0o755);
  const find = createSecretFinder({ PATH: `${folder}:/bin` });
  expect(await find('keyring:mlflow/ada/b')).toBe('from the ring');
  await expect(find('keyring:mlflow/eve')).rejects.toThrow(
    'No keyring here has an entry mlflow/eve',
  );
});
