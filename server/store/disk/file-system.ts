import type { Disk } from './disk.js';

/** What statfs(2) calls the file systems that are on another machine, or may be. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x65735546, 'FUSE'],
  [0x786f4256, 'a shared folder of VirtualBox'],
]);

/** The kind of file system a path is on, where that is known not to be a disk of this machine; undefined for all others. */
export async function findNetwork(path: string, disk: Disk): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const facts = await disk.statfs(path).catch(() => undefined);
  // The kernel has it as a signed word on some machines.
  return facts === undefined ? undefined : NETWORK.get(facts.type >>> 0);
}
