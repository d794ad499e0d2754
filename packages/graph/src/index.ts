export {
  type ArrayData,
  type Arrays,
  allocate,
  type DType,
  type NamedArray,
  namedArray,
  sizeOf,
  type TensorSpec,
  type Tensors,
} from './arrays.ts';
export { type CompiledGraph, type CompileOptions, compileGraph } from './compiler/compile.ts';
export { gelu, layerNorm, softmaxCrossEntropy } from './compiler/functions.ts';
export {
  createProductPool,
  type Product,
  type ProductPool,
  type ProductShape,
  sharedFloats,
} from './matmul/matmul-pool.ts';
export {
  type Attribute,
  type Attributes,
  type ElementType,
  type ExternalData,
  type ModelParts,
  OnnxGraphBuilder,
  OPSET,
  type TensorData,
} from './onnx/graph-builder.ts';
export { type GraphSignature, readOnnxSignature, type ValueSignature } from './onnx/signature.ts';
export {
  bucketLength,
  createGraphCache,
  createSession,
  type GraphCache,
  type GraphCacheOptions,
  type GraphSession,
  type SessionOptions,
} from './runtime/session.ts';
export { readSafetensors, saveSafetensors } from './safetensors.ts';
export { tf } from './tf.ts';
export type { AdamWOptions, Schedule } from './training/adamw.ts';
export { inference, type Loss, type ModelContext } from './training/gradient-graph.ts';
export { createSparseTable, distinctRows, type SparseTable, type SparseTableOptions } from './training/sparse-table.ts';
export {
  createTrainer,
  type Rows,
  type StepResult,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from './training/trainer.ts';
