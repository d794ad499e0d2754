/**
 * tfjs, the language in which models are written. The union package is loaded as CommonJS because `tfjs-core` alone
 * registers no gradients under Node (its gradient modules are only seen by bundlers).
 */
import { createRequire } from 'node:module';

export const tf: typeof import('@tensorflow/tfjs') = createRequire(import.meta.url)('@tensorflow/tfjs');

// Silences the advice to install tfjs-node that tfjs prints when its CPU backend is first used under Node.
tf.env().set('PROD', true);
