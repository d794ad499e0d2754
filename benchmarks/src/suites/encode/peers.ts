/** The three peers of the bench `encode`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelFiles } from '@lorekeep/encoder';
import { errors } from '../../errors.ts';
import { PEERS } from '../../paths.ts';
import { openAvailablePeers } from '../../peers/available.ts';
import { peerPackages, peerPython } from '../../peers/environments.ts';
import { openPeer, type Peer, type PeerOptions } from '../../peers/peer.ts';

const TORCH = ['torch==2.15.0', 'sentence-transformers==6.2.0', 'transformers==5.23.0', 'numpy==2.4.6'];
/**
 * The newest versions that work together: the exporter of the ONNX backend needs older packages.
 */
const ONNX = [
  'torch==2.15.0',
  'sentence-transformers==5.7.0',
  'transformers==4.57.6',
  'optimum==2.1.0',
  'optimum-onnx==0.1.0',
  'onnxruntime==1.32.0',
  'numpy==2.4.6',
];
const TRANSFORMERS_JS = ['@huggingface/transformers@4.3.1'];

/** Encoded once before the first measurement. Some packages are imported only then. */
const SAMPLE = ['desk lamp', 'a wooden desk lamp with a green shade'];

export type EncodePeer = 'sentence_transformers' | 'sentence_transformers_onnx' | 'transformers_js';
export type EncodePeers = Partial<Record<EncodePeer, Peer>>;

/**
 * Opens the peers that can run on this machine. Each of them has loaded its model and encoded a
 * sample.
 */
export function openEncodePeers(model: ModelFiles, threads: number, log: (line: string) => void): Promise<EncodePeers> {
  const env = { OMP_NUM_THREADS: String(threads), HF_HUB_OFFLINE: '1', TOKENIZERS_PARALLELISM: 'true' };
  const exported = join(PEERS, `onnx-${(model.weights ?? model.name).slice(0, 16)}`);
  const opened = (script: string, interpreter: string, options: PeerOptions, setup: Record<string, unknown>) =>
    openPeer(script, interpreter, options, async (peer) => {
      await peer.call('setup', { threads, ...setup });
      await peer.call('texts', { texts: SAMPLE });
      await peer.call('encode', { vectors: true });
    });
  return openAvailablePeers(
    {
      sentence_transformers: async () =>
        opened('encode.py', await peerPython(TORCH, { log }), { env }, { model: model.directory }),
      sentence_transformers_onnx: async () => {
        const python = await peerPython(ONNX, { log, variable: 'LOREKEEP_PEER_PYTHON_ONNX' });
        const setup = { model: model.directory, backend: 'onnx', export: exported };
        return opened('encode.py', python, { env }, setup);
      },
      // Opened last, because it runs the model that the ONNX backend exports.
      transformers_js: async () => {
        if (!existsSync(exported))
          throw errors.PEER_SETUP_FAILED({ step: 'export of the ONNX model', stderr: 'No peer has exported it.' });
        const args = [await peerPackages(TRANSFORMERS_JS, { log })];
        return opened('encode_transformers.mjs', process.execPath, { args }, { model: exported });
      },
    },
    log,
  );
}

/** Vectors of the peer's current texts, `[texts × dim]`. */
export async function vectorsOf(peer: Peer): Promise<Float32Array> {
  const { vectors } = await peer.call<{ vectors: string }>('encode', { vectors: true });
  return new Float32Array(new Uint8Array(Buffer.from(vectors, 'base64')).buffer);
}
