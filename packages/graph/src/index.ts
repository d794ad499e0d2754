export { type Attribute, type Attributes, type ElementType, OnnxGraphBuilder, OPSET, type TensorData } from './onnx.ts';
export { readSafetensors, saveSafetensors } from './safetensors.ts';
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
