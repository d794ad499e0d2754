/**
 * The co-action unit (CAN; Bian et al., WSDM 2022): the candidate brings the weights of a small MLP
 * with it, and what the user did goes through that MLP. A pair of a user's value and an item thus
 * has parameters that behave like those of a cross feature, without a row for each pair.
 *
 * As in the paper, the weights ("induction") and the inputs ("feed") have tables of their own, apart
 * from the embeddings, and the sequence and the user each have an MLP of their own. Orders above 1
 * also feed the powers of the inputs. Outputs are summed over the sequence, as in the paper, and
 * divided by √n for n behaviours: a plain sum ranked worse on a real log.
 */
import { type Tensors, tf } from '@lorekeep/graph';
import { summedRows } from '../din/summed-rows.ts';

type Tensor = ReturnType<typeof tf.tensor>;

export interface CoActionShape {
  /** Width of a feed vector. */
  feed: number;
  /** Units of the layers of the MLP. */
  layers: readonly number[];
  /** Powers of the feed vectors that go through the MLP: 1 to this. */
  orders: number;
}

/** The MLPs that a candidate brings: one for the sequence, one for the user. */
const MLPS = 2;

const layerSizes = ({ feed, layers }: CoActionShape) =>
  layers.map((units, i) => ({ inputs: i === 0 ? feed : layers[i - 1], units }));

const mlpWidth = (shape: CoActionShape) =>
  layerSizes(shape).reduce((sum, { inputs, units }) => sum + (inputs + 1) * units, 0);

/** Width of a row of the induction table. */
export const inductionWidth = (shape: CoActionShape) => MLPS * mlpWidth(shape);

/** Width of what the unit adds to the input of the network. */
export const coActionWidth = ({ layers, orders }: CoActionShape) =>
  MLPS * orders * layers.reduce((sum, units) => sum + units, 0);

/**
 * @param tables `induction` and `feed`, the rows that the batch names
 * @param batch as `din` reads it, with `candidates [batch, item fields]`, positions in `induction`
 * @param users number of the columns of `fields` that describe the user
 * @returns `[batch, coActionWidth]`
 */
export function coAction(
  tables: Pick<Tensors, 'induction' | 'feed'>,
  batch: Tensors,
  users: number,
  shape: CoActionShape,
): Tensor {
  const [count, length] = batch.history.shape;
  const { feed } = shape;
  const gather = (from: Tensor, indices: Tensor) => tf.gather(from, indices as never) as Tensor;
  const induction = summedRows(tables.induction, batch.candidates);
  const flat = (x: Tensor) => tf.reshape(x, [count * length]);
  const events = tf.add(
    gather(summedRows(tables.feed, batch.items), flat(batch.history)),
    gather(summedRows(tables.feed, batch.contexts), flat(batch.historyContexts)),
  );
  const user = summedRows(tables.feed, tf.slice(batch.fields, [0, 0], [count, users]) as Tensor);
  const isEvent = tf.minimum(tf.cast(batch.history, 'float32'), 1);
  const weights = tf.div(isEvent, tf.sqrt(tf.maximum(tf.sum(isEvent, 1, true), 1)));
  const ofEvents = microMlp(induction, 0, tf.reshape(events, [count, length, feed]), shape).map((output) =>
    tf.reshape(tf.matMul(tf.reshape(weights, [count, 1, length]) as never, output as never), [count, -1]),
  );
  const ofUser = microMlp(induction, mlpWidth(shape), tf.reshape(user, [count, 1, feed]), shape).map((output) =>
    tf.reshape(output, [count, -1]),
  );
  return tf.concat([...ofEvents, ...ofUser] as never[], 1) as Tensor;
}

/**
 * @param induction `[batch, induction width]`; the weights of the MLP begin in column `first`
 * @param inputs `[batch, n, feed]`
 * @returns per order and layer `[batch, n, units]`
 */
function microMlp(induction: Tensor, first: number, inputs: Tensor, shape: CoActionShape): Tensor[] {
  const [count] = induction.shape;
  let at = first;
  const part = (rows: number, columns: number) => {
    const own = tf.slice(induction, [0, at], [count, rows * columns]);
    at += rows * columns;
    return tf.reshape(own, [count, rows, columns]);
  };
  const layers = layerSizes(shape).map(({ inputs, units }) => ({ weights: part(inputs, units), bias: part(1, units) }));
  const outputs: Tensor[] = [];
  let power = inputs;
  for (let order = 1; order <= shape.orders; order++) {
    let x = power;
    for (const { weights, bias } of layers) {
      x = tf.tanh(tf.add(tf.matMul(x as never, weights as never), bias)) as Tensor;
      outputs.push(x);
    }
    power = tf.mul(power, inputs) as Tensor;
  }
  return outputs;
}
