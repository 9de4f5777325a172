import { parseArgs } from 'node:util';

import { StepError } from './run.mjs';

/** The options after `--`; prints `usage` and exits for --help, throws a StepError for what is not known. */
export function readOptions(usage, options) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
    if (!values.help) return values;
  } catch (error) {
    throw Object.assign(new StepError(`${error.message}\n\n${usage}`), { usage: true });
  }
  console.log(usage);
  process.exit(0);
}

/** The value of an option that has few; throws a StepError that names them. */
export function oneOf(option, value, choices) {
  if (value === undefined || choices.includes(value)) return value;
  const message = `--${option} takes one of ${choices.join(', ')}, not "${value}".`;
  throw Object.assign(new StepError(message), { usage: true });
}

/** A TCP port; throws a StepError for anything else. */
export function toPort(text) {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw Object.assign(new StepError(`--port takes a number from 1 to 65535, not "${text}".`), {
    usage: true,
  });
}
