import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PYTHON = join(
  ROOT,
  '.venv',
  process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
);
const MAX_BUFFER = 256 * 1024 * 1024;

const VALIDATE = `
import json, sys, nbformat
for line in sys.stdin:
    try:
        nbformat.validate(json.loads(line))
    except Exception as error:
        print(json.dumps(str(error)[:500] + " in " + line[:500]))
`;

/** What nbformat's own schema finds wrong with notebooks, given as JSON texts of one line each. */
export function faultsOf(notebooks: readonly string[]): string[] {
  const out = execFileSync(PYTHON, ['-W', 'ignore', '-c', VALIDATE], {
    input: notebooks.join('\n'),
    encoding: 'utf8',
    maxBuffer: MAX_BUFFER,
    env: { ...process.env, NBFORMAT_VALIDATOR: 'fastjsonschema' },
  });
  return out.split('\n').filter((line) => line !== '');
}

const UNPACK = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith("nbdime/tests/files/") and name.endswith(".ipynb"):
            wheel.extract(name, sys.argv[2])
`;

/** The notebooks that nbdime tests itself with, by name, from its wheel: fetched once, kept outside of what git knows. */
export function readNbdimeNotebooks(): Map<string, Uint8Array> {
  const folder = join(ROOT, '.scratch', 'nbdime-4.0.4');
  const files = join(folder, 'nbdime', 'tests', 'files');
  if (!existsSync(files)) {
    mkdirSync(folder, { recursive: true });
    const download = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check'];
    execFileSync(PYTHON, [...download, '--no-deps', '--dest', folder, 'nbdime==4.0.4']);
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl')) ?? '';
    execFileSync(PYTHON, ['-c', UNPACK, join(folder, wheel), folder]);
  }
  const names = readdirSync(files).filter((name) => name.endsWith('.ipynb'));
  return new Map(names.sort().map((name) => [name, readFileSync(join(files, name))]));
}
