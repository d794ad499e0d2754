export { loadOnnxEncoder, type OnnxEncoderOptions } from './onnx.ts';
export { DEFAULT_TEMPLATE, ITEM_TEMPLATES, type ItemTemplate, itemText } from './text.ts';
export type { ModelFiles, TextEncoder } from './types.ts';
