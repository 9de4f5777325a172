import { parentPort } from 'node:worker_threads';

import { toReply, type Order, type Reply } from './message.js';
import type { Parcel } from './task.js';

interface TaskFile {
  readonly run: (input: unknown) => Promise<Parcel<unknown>> | Parcel<unknown>;
}

async function answer({ task, input }: Order): Promise<void> {
  try {
    const { run } = (await import(task)) as TaskFile;
    const { value, transfer } = await run(input);
    const reply: Reply = { kind: 'done', output: value };
    parentPort?.postMessage(reply, transfer);
  } catch (error) {
    parentPort?.postMessage(toReply(error));
  }
}

parentPort?.on('message', (order: Order) => void answer(order));
