export type { AdamWOptions, Schedule } from './adamw.ts';
export { type CompiledGraph, type CompileOptions, compileGraph } from './compile.ts';
export { gelu, layerNorm, softmaxCrossEntropy } from './functions.ts';
export { inference, type Loss, type ModelContext } from './gradients.ts';
export {
  type Attribute,
  type Attributes,
  type ElementType,
  type ExternalData,
  type ModelParts,
  OnnxGraphBuilder,
  OPSET,
  type TensorData,
} from './onnx.ts';
export { type GraphSignature, readOnnxSignature, type ValueSignature } from './onnx-signature.ts';
export { createProductPool, type Product, type ProductPool, type ProductShape, sharedFloats } from './products.ts';
export { readSafetensors, saveSafetensors } from './safetensors.ts';
export {
  bucketLength,
  createGraphCache,
  createSession,
  type GraphCache,
  type GraphCacheOptions,
  type GraphSession,
  type SessionOptions,
} from './session.ts';
export { createSparseTable, distinctRows, type SparseTable, type SparseTableOptions } from './sparse.ts';
export { tf } from './tf.ts';
export { threadsFor } from './threads.ts';
export {
  createTrainer,
  type Rows,
  type StepResult,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from './trainer.ts';
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
} from './types.ts';
