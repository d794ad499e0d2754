/** Every error this room raises, with its stable code. Documented one by one in `docs/errors.md`. */
import { LorekeepError } from '@lorekeep/core';

/** An operation has no ONNX translation. `place` is the line of the model's source that called it. */
export const unsupportedOp = (op: string, place: string) =>
  new LorekeepError('GRAPH_UNSUPPORTED_OP', `The operation ${op} cannot be compiled (called at ${place}).`, {
    hint: 'Write it with the operations listed in packages/graph/src/kernels, or compute it outside the graph.',
    details: { op, place },
  });

/** A supported operation was asked for in a form that has no translation. */
export const unsupportedForm = (op: string, problem: string, place: string) =>
  new LorekeepError('GRAPH_UNSUPPORTED_FORM', `${op}: ${problem} (called at ${place}).`, { details: { op, place } });

/** The function looked at the value of a tensor that has none while it is being compiled. */
export const valueRead = (op: string, place: string) =>
  new LorekeepError(
    'GRAPH_VALUE_READ',
    `The value of a tensor made by ${op} was read while its function was being compiled (at ${place}).`,
    {
      hint: 'Values exist only when the graph runs: use tf.where, tf.gather and masks instead of dataSync, arraySync or if.',
      details: { op, place },
    },
  );

/** Constants belong to the graph, large ones to its inputs. */
export const largeConstant = (shape: number[], limit: number, place: string) =>
  new LorekeepError(
    'GRAPH_LARGE_CONSTANT',
    `A tensor of shape [${shape}] was caught by value (used at ${place}); at most ${limit} elements may be.`,
    {
      hint: 'Pass it as an input, or name it in the `constants` option if it truly belongs to the graph.',
      details: { shape, place },
    },
  );

export const randomInGraph = (place: string) =>
  new LorekeepError('GRAPH_RANDOM', `Random numbers were drawn while a function was being compiled (at ${place}).`, {
    hint: 'They would be the same at every run: use context.dropout, or pass the random tensor as an input.',
    details: { place },
  });

/** The traced function returned something else than named tensors. */
export const badOutput = (name: string, problem: string) =>
  new LorekeepError('GRAPH_BAD_OUTPUT', `The function's output "${name}" ${problem}.`, {
    hint: 'Return an object of tensors that were made inside the function or given to it.',
    details: { name },
  });

export const asyncFunction = () =>
  new LorekeepError('GRAPH_ASYNC_FUNCTION', 'A compiled function must be synchronous: it returned a promise.', {
    hint: 'Build the whole computation without await.',
  });

/** A feed, a constant or a preallocated output does not fit the graph. */
export const badFeed = (name: string, problem: string, hint?: string) =>
  new LorekeepError('GRAPH_BAD_FEED', `"${name}" ${problem}.`, { kind: 'usage', hint, details: { name } });

export const missingFeed = (name: string, known: string[]) =>
  new LorekeepError('GRAPH_MISSING_FEED', `The graph's input "${name}" was not given.`, {
    kind: 'usage',
    hint: `The graph takes: ${known.join(', ')}.`,
    details: { name, known },
  });

export const unknownFeed = (name: string, known: string[]) =>
  new LorekeepError('GRAPH_UNKNOWN_FEED', `The graph has no input or output named "${name}".`, {
    kind: 'usage',
    hint: `It has: ${known.join(', ')}.`,
    details: { name, known },
  });

export const sessionClosed = (what: string) =>
  new LorekeepError('GRAPH_CLOSED', `This ${what} has been closed.`, { kind: 'usage' });

export const sessionFailed = (name: string, cause: unknown) =>
  new LorekeepError('GRAPH_SESSION', `ONNX Runtime refused the graph "${name}": ${messageOf(cause)}`, { cause });

export const runFailed = (name: string, cause: unknown) =>
  new LorekeepError('GRAPH_RUN', `Running the graph "${name}" failed: ${messageOf(cause)}`, { cause });

export const badOption = (name: string, problem: string) =>
  new LorekeepError('GRAPH_BAD_OPTION', `The option ${name} ${problem}.`, { kind: 'usage', details: { name } });

export const badLoss = (problem: string) =>
  new LorekeepError('GRAPH_BAD_LOSS', `The loss ${problem}.`, {
    hint: 'Return one float32 scalar computed from the parameters, for example tf.mean(…).asScalar().',
  });

/** Training went astray; the parameters are those of before the step. */
export const notFinite = (loss: number, gradientNorm: number, step: number) =>
  new LorekeepError(
    'GRAPH_NOT_FINITE',
    `Step ${step + 1}: loss ${loss}, gradient norm ${gradientNorm}; the step was not taken.`,
    {
      hint: 'Lower the learning rate, or look for a division by zero or a logarithm of zero in the loss.',
      details: { loss, gradientNorm, step },
    },
  );

/** The loss is far above where it began; the parameters are those of before the step. */
export const diverged = (loss: number, usual: number, step: number) =>
  new LorekeepError(
    'GRAPH_DIVERGED',
    `Step ${step + 1}: the loss has grown to ${loss}, from ${usual} in the first steps; the step was not taken.`,
    {
      hint: 'Go back to an earlier checkpoint with a lower learning rate, or raise the option explosion.',
      details: { loss, usual, step },
    },
  );

/** A checkpoint does not belong to this trainer. */
export const badState = (problem: string) =>
  new LorekeepError('GRAPH_BAD_STATE', `The training state does not fit this trainer: ${problem}.`, {
    kind: 'usage',
    hint: 'Resume with the same model configuration that wrote the state.',
  });

export const onnxAttribute = (op: string, name: string, value: unknown) =>
  new LorekeepError('ONNX_BAD_ATTRIBUTE', `${op}.${name}: ${JSON.stringify(value)} is not an ONNX attribute.`, {
    hint: 'Integers are plain numbers; real numbers are written { float: x } or { floats: [x, …] }.',
  });

export const onnxTensor = (name: string, problem: string) =>
  new LorekeepError('ONNX_BAD_TENSOR', `The initialiser "${name}" ${problem}.`, { details: { name } });

export const safetensors = (
  code: 'SAFETENSORS_TRUNCATED' | 'SAFETENSORS_HEADER' | 'SAFETENSORS_OVERLAP' | 'SAFETENSORS_DTYPE',
  path: string,
  problem: string,
) => new LorekeepError(code, `${path}: ${problem}.`, { hint: 'Fetch or write the file again.', details: { path } });

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
