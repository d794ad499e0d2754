/** The errors of this package. `docs/reference/errors.md` describes every code. */
import { defineErrors, failure, usage } from '@lorekeep/core';

/** A safetensors file that cannot be read. */
const unreadableFile = (hint = 'Download or write the file again.') =>
  failure<{ path: string; problem: string }>({ message: ({ path, problem }) => `${path}: ${problem}.`, hint });

/** `place` is the line of the model's source that caused the error: `file:line:column`. */
export const errors = defineErrors({
  /** The operation has no ONNX translation. */
  GRAPH_UNSUPPORTED_OP: failure<{ op: string; place: string }>({
    message: ({ op, place }) => `The operation ${op} cannot be compiled (called at ${place}).`,
    hint: 'Use the operations listed in packages/graph/src/compiler/kernels, or compute it outside the graph.',
  }),

  /** The operation is supported, but not with these arguments. */
  GRAPH_UNSUPPORTED_FORM: failure<{ op: string; problem: string; place: string }>({
    message: ({ op, problem, place }) => `${op}: ${problem} (called at ${place}).`,
  }),

  /** The function read the value of a tensor. Tensors have no values during compilation. */
  GRAPH_VALUE_READ: failure<{ op: string; place: string }>({
    message: ({ op, place }) => `The value of a tensor made by ${op} was read during compilation (at ${place}).`,
    hint: 'Use tf.where, tf.gather and masks instead of dataSync, arraySync or if: only a running graph has values.',
  }),

  /** The function captured a large tensor, which every compiled graph would then contain. */
  GRAPH_LARGE_CONSTANT: failure<{ shape: number[]; limit: number; place: string }>({
    message: ({ shape, limit, place }) =>
      `A captured tensor of shape [${shape}] is too large for a constant (used at ${place}): the limit is ${limit}.`,
    hint: 'Pass it as an input, or use the option `constants` if it must be part of the graph.',
  }),

  /** Random numbers that are drawn during compilation would be the same in every run. */
  GRAPH_RANDOM: failure<{ place: string }>({
    message: ({ place }) => `Random numbers were drawn during compilation (at ${place}).`,
    hint: 'They would be the same in every run: use context.dropout, or pass the random tensor as an input.',
  }),

  /** The compiled function did not return named tensors. */
  GRAPH_BAD_OUTPUT: failure<{ name: string; problem: string }>({
    message: ({ name, problem }) => `The function's output "${name}" ${problem}.`,
    hint: 'Return an object of tensors that were created inside the function or passed to it.',
  }),

  GRAPH_ASYNC_FUNCTION: failure({
    message: 'A compiled function must be synchronous, but it returned a promise.',
    hint: 'Build the computation without await.',
  }),

  /** A feed, a constant or a preallocated output does not fit the graph. */
  GRAPH_BAD_FEED: usage<{ name: string; problem: string }>({
    message: ({ name, problem }) => `"${name}" ${problem}.`,
  }),

  GRAPH_MISSING_FEED: usage<{ name: string; known: string[] }>({
    message: ({ name }) => `The graph's input "${name}" is missing.`,
    hint: ({ known }) => `The graph takes: ${known.join(', ')}.`,
  }),

  GRAPH_UNKNOWN_FEED: usage<{ name: string; known: string[] }>({
    message: ({ name }) => `The graph has no input or output named "${name}".`,
    hint: ({ known }) => `It has: ${known.join(', ')}.`,
  }),

  /** A session, graph cache, trainer or pool was used after `close()`. */
  GRAPH_CLOSED: usage<{ what: string }>({
    message: ({ what }) => `This ${what} has been closed.`,
  }),

  GRAPH_SESSION: failure<{ name: string; reason: string }>({
    message: ({ name, reason }) => `ONNX Runtime rejected the graph "${name}": ${reason}`,
  }),

  GRAPH_RUN: failure<{ name: string; reason: string }>({
    message: ({ name, reason }) => `Running the graph "${name}" failed: ${reason}`,
  }),

  GRAPH_BAD_OPTION: usage<{ name: string; problem: string }>({
    message: ({ name, problem }) => `The option ${name} ${problem}.`,
  }),

  GRAPH_BAD_LOSS: failure<{ problem: string }>({
    message: ({ problem }) => `The loss ${problem}.`,
    hint: 'Return one float32 scalar computed from the parameters, for example tf.mean(…).asScalar().',
  }),

  /** `step` counts the completed steps. The parameters stay those before the step. */
  GRAPH_NOT_FINITE: failure<{ loss: number; gradientNorm: number; step: number }>({
    message: ({ loss, gradientNorm, step }) =>
      `Step ${step + 1}: the loss is ${loss}, the gradient norm ${gradientNorm}; the step was not applied.`,
    hint: 'Lower the learning rate, or look for a division by zero or a logarithm of zero in the loss.',
  }),

  /** `usual` is the mean loss of the first steps. The parameters stay those before the step. */
  GRAPH_DIVERGED: failure<{ loss: number; usual: number; step: number }>({
    message: ({ loss, usual, step }) =>
      `Step ${step + 1}: the loss has grown to ${loss}, from ${usual} in the first steps; the step was not applied.`,
    hint: 'Resume from an earlier checkpoint with a lower learning rate, or raise the option divergenceFactor.',
  }),

  /** The saved state belongs to another model. */
  GRAPH_BAD_STATE: usage<{ problem: string }>({
    message: ({ problem }) => `The training state does not fit this trainer: ${problem}.`,
    hint: 'Resume with the same model configuration that wrote the state.',
  }),

  ONNX_BAD_ATTRIBUTE: failure<{ op: string; name: string; value: unknown }>({
    message: ({ op, name, value }) => `${op}.${name}: ${JSON.stringify(value)} is not an ONNX attribute.`,
    hint: 'Write integers as plain numbers, and real numbers as { float: x } or { floats: [x, …] }.',
  }),

  ONNX_BAD_TENSOR: failure<{ name: string; problem: string }>({
    message: ({ name, problem }) => `The initialiser "${name}" ${problem}.`,
  }),

  /** The file is shorter than its header says. */
  SAFETENSORS_TRUNCATED: unreadableFile(),
  /** The header is not valid. */
  SAFETENSORS_HEADER: unreadableFile(),
  /** Byte ranges overlap or leave gaps. */
  SAFETENSORS_OVERLAP: unreadableFile(),
  /** A tensor has an unsupported type. */
  SAFETENSORS_DTYPE: unreadableFile('Write the tensor in a supported type.'),
});

/** The text of any thrown value, for `reason`. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
