import { createServer, type AddressInfo } from 'node:net';

/** A port of this machine's loopback address that nobody listens on now. */
export function findPort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}
