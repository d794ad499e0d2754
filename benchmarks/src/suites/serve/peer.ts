/** The towers as a service in Python: FastAPI, uvicorn, ONNX Runtime and hnswlib. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors } from '@lorekeep/graph';
import { type PublicationManifest, readCurrent, readManifest } from '@lorekeep/recommender';
import type { Store } from '@lorekeep/store';
import { openIndexAdapter } from '@lorekeep/vector-index';
import { peerPython } from '../../peers/environments.ts';
import { openPeer, type Peer } from '../../peers/peer.ts';

const REQUIREMENTS = [
  'fastapi==0.128.0',
  'uvicorn==0.40.0',
  'httptools==0.7.1',
  'uvloop==0.22.1',
  'hnswlib==0.8.0',
  'onnxruntime==1.23.2',
  'numpy==2.4.6',
];
/** Those of our index (`IndexOptions`). */
const GRAPH = { connectivity: 16, efConstruction: 128 };
const HISTORY = 1000;

export interface ServicePeer {
  peer: Peer;
  address: string;
}

/**
 * Hands over the published towers, item vectors and the histories of these users, and starts to serve.
 * @param dir workspace with the towers alone
 * @param folder for the files of the peer
 */
export async function startServicePeer(
  { dir, store, users }: { dir: string; store: Store; users: readonly string[] },
  folder: string,
  log: (line: string) => void,
): Promise<ServicePeer> {
  const peer = await openPeer('serve_fastapi.py', await peerPython(REQUIREMENTS, { log }), { log });
  try {
    await mkdir(folder, { recursive: true });
    const { directory, manifest } = await readCurrent(dir);
    const { towers } = await readManifest(join(directory, 'model'));
    await copyFile(join(directory, 'model', 'user-tower-1.onnx'), join(folder, 'user-tower.onnx'));
    const { inputs } = (await readSafetensors(join(directory, 'items.safetensors'))).arrays;
    await writeFile(join(folder, 'inputs.f32'), bytesOf(inputs.data as Float32Array));
    const ids = await writeVectors(directory, manifest, folder);
    const rowOf = new Map(ids.map((id, row) => [id, row]));
    const histories = await store.histories([...users], HISTORY);
    const rows = histories.map((items) => items.map((id) => rowOf.get(id)).filter((row) => row !== undefined));
    const shop = { ids, histories: Object.fromEntries(users.map((user, at) => [user, rows[at]])) };
    await writeFile(join(folder, 'shop.json'), JSON.stringify(shop));
    const { dim, inputDim, maxHistory } = towers;
    const options = { folder, dim, inputDim, maxHistory, ...GRAPH, ef: manifest.index.ef };
    const { port } = await peer.call<{ port: number }>('start', options);
    return { peer, address: `http://127.0.0.1:${port}` };
  } catch (error) {
    await peer.close();
    throw error;
  }
}

/** @returns the ids in the order of the vectors */
async function writeVectors(directory: string, manifest: PublicationManifest, folder: string): Promise<string[]> {
  const { ids } = JSON.parse(await readFile(join(directory, 'items.json'), 'utf8')) as { ids: string[] };
  const { kind, dim } = manifest.index;
  const index = await (await openIndexAdapter(kind)).open(join(directory, `index.${kind}`), { dim });
  const vectors = new Float32Array(ids.length * dim);
  (await index.getMany(Uint32Array.from(ids.keys()))).forEach((vector, row) => {
    if (vector !== undefined) vectors.set(vector, row * dim);
  });
  await index.close();
  await writeFile(join(folder, 'vectors.f32'), bytesOf(vectors));
  return ids;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);
