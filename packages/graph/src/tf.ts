/**
 * tfjs, in which models are written. The union package is loaded as CommonJS because `tfjs-core`
 * alone registers no gradients under Node: only bundlers load its gradient modules.
 */
import { createRequire } from 'node:module';

export const tf: typeof import('@tensorflow/tfjs') = createRequire(import.meta.url)('@tensorflow/tfjs');

// Without this flag, tfjs prints advice to install tfjs-node when its CPU backend is first used
// under Node.
tf.env().set('PROD', true);
