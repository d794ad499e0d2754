/** An item: what it is, and its neighbours by text and by behaviour. */
import type { ItemView, Nearest } from '@lorekeep/dashboard';
import { count } from '../lib/format.ts';
import { usePolled } from '../lib/polled.ts';
import { Facts } from '../parts/figures.tsx';
import { ItemList } from '../parts/items.tsx';
import { Counting, Missing, Nothing, Panel } from '../parts/panel.tsx';

export const useItem = (id: string | undefined, k = 10) =>
  usePolled<ItemView>(
    id === undefined ? undefined : `/v1/admin/items/${encodeURIComponent(id)}?k=${k}`,
    30_000,
    ({ byContent }) => byContent.state === 'waiting',
  );

export function ItemPanels({ id, isNarrow = false }: { id: string; isNarrow?: boolean }) {
  const { data, error } = useItem(id);
  if (data === undefined)
    return (
      <Panel title={`Item ${id}`}>
        <Missing error={error} />
      </Panel>
    );
  const { item, retrievable, byContent, byBehaviour } = data;
  const isBehaviour = byBehaviour.source === 'linear';
  return (
    <>
      <Panel title={item.title ?? item.id} about={`Item ${item.id}, as it is stored now.`}>
        <Facts
          facts={[
            ['Category', item.category ?? 'none'],
            ['Brand', item.brand ?? 'none'],
            ['Price', item.price === null ? 'none' : String(item.price)],
            ['In lists', retrievable ? 'yes' : 'no: it has no text, and the model was not trained on it'],
            ['Encoder reads', item.text ?? 'nothing: there is no text'],
          ]}
        />
      </Panel>
      <Panel title="Nearest by text" about={nearestWords(byContent)} span={isNarrow ? 12 : 6}>
        <NearestItems nearest={byContent} label="Nearest by text" />
      </Panel>
      <Panel
        title={isBehaviour ? 'Nearest by behaviour' : 'Similar, as the service answers'}
        about={
          isBehaviour
            ? 'Weights of the linear model, and behind them items by vectors: chosen by the same users.'
            : `No user behaviour places this item: the answer is ${byBehaviour.meaning}.`
        }
        span={isNarrow ? 12 : 6}
      >
        {byBehaviour.items.length === 0 ? (
          <Nothing why="There is no other item." />
        ) : (
          <ItemList label="Similar items" items={byBehaviour.items} figure={({ score }) => score.toPrecision(3)} />
        )}
      </Panel>
    </>
  );
}

export const nearestWords = (nearest: Nearest): string =>
  nearest.state === 'ready'
    ? `Cosine of the text vectors of ${nearest.encoder}, less the mean; exact over ${count(nearest.among)} items.`
    : 'By text vectors.';

export function NearestItems({ nearest, label }: { nearest: Nearest; label: string }) {
  switch (nearest.state) {
    case 'waiting':
      return <Counting what="text vectors" done={nearest.done} of={nearest.of} />;
    case 'none':
      return <Nothing why={nearest.reason} what="Give it a title or a description: POST /v1/items." />;
  }
  return <ItemList label={label} items={nearest.items} figure={({ similarity }) => similarity.toFixed(2)} />;
}
