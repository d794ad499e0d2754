export {
  type ArrayData,
  type Arrays,
  allocate,
  type DType,
  type NamedArray,
  namedArray,
  sharedFloats,
  sizeOf,
  type TensorSpec,
  type Tensors,
} from './arrays.ts';
export { type CompileOptions, compileGraph } from './compiler/compile.ts';
export { gelu, layerNorm, softmaxCrossEntropy } from './compiler/functions.ts';
export type { CompiledGraph } from './compiler/lower.ts';
export { errors as graphErrors } from './errors.ts';
export { createMatmulPool, type MatmulOperands, type MatmulPool, type MatmulShape } from './matmul/matmul-pool.ts';
export type { Attribute, Attributes, ElementType, TensorData } from './onnx/format.ts';
export { type ExternalData, type ModelParts, OnnxGraphBuilder } from './onnx/graph-builder.ts';
export { type GraphSignature, readOnnxSignature, type ValueSignature } from './onnx/signature.ts';
export { bucketLength } from './runtime/bucket-length.ts';
export { createGraphCache, type GraphCache, type GraphCacheOptions } from './runtime/graph-cache.ts';
export { createSession, type GraphSession, type SessionOptions } from './runtime/session.ts';
export { threadsFor } from './runtime/threads.ts';
export { startWorker, type WorkerEvents, workerUrl } from './runtime/worker-thread.ts';
export { readSafetensors, saveSafetensors } from './safetensors.ts';
export { tf } from './tf.ts';
export type { AdamWOptions, Schedule } from './training/adamw.ts';
export { inference, type Loss, type ModelContext } from './training/loss.ts';
export { createSparseTable, distinctRows, type SparseTable, type SparseTableOptions } from './training/sparse-table.ts';
export {
  createTrainer,
  type Rows,
  type StepResult,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from './training/trainer.ts';
