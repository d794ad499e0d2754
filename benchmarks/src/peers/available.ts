/** For benches that are still worth running without one of their peers. */
import { errorCode } from '@lorekeep/core';
import type { Peer } from './peer.ts';

/**
 * Opens several peers, one after the other. A peer that cannot be opened, for example because a
 * package is missing, is left out with a note in the log.
 * @param openers name → function that resolves with a peer that has answered its first requests
 */
export async function openAvailablePeers<Name extends string>(
  openers: Record<Name, () => Promise<Peer>>,
  log: (line: string) => void,
): Promise<Partial<Record<Name, Peer>>> {
  const peers: Partial<Record<Name, Peer>> = {};
  for (const [name, open] of Object.entries(openers) as [Name, () => Promise<Peer>][]) {
    try {
      peers[name] = await open();
    } catch (error) {
      if (!errorCode(error).startsWith('PEER_')) {
        await closePeers(peers);
        throw error;
      }
      log(`the peer ${name} is left out: ${(error as Error).message}`);
    }
  }
  return peers;
}

export async function closePeers(peers: Partial<Record<string, Peer>>): Promise<void> {
  await Promise.all(Object.values(peers).map((peer) => peer?.close()));
}
