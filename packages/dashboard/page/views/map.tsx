/** The map of the item space. */
import type { ItemSpaceMap } from '@lorekeep/dashboard';
import { useMemo, useState } from 'preact/hooks';
import { count, percent, time } from '../lib/format.ts';
import { usePolled } from '../lib/polled.ts';
import { MapCanvas } from '../map/canvas.tsx';
import type { ReadyMap } from '../map/draw.ts';
import { Counting, Missing, Nothing, Panel } from '../parts/panel.tsx';
import { ItemPanels, useItem } from './item.tsx';

export function MapView() {
  const { data, error } = usePolled<ItemSpaceMap>('/v1/admin/map', 60_000, ({ state }) => state === 'waiting');
  if (data?.state === 'ready') return <ItemMap map={data} />;
  return (
    <div class="grid">
      <Panel title="Map of the items" about="Computed once for the catalogue, in slices.">
        {data === undefined ? (
          <Missing error={error} />
        ) : data.state === 'waiting' ? (
          <Counting what="text vectors" done={data.done} of={data.of} />
        ) : (
          <Nothing why={data.reason} what="lorekeep encode reads the texts; items need a title or a description." />
        )}
      </Panel>
    </div>
  );
}

function ItemMap({ map }: { map: ReadyMap }) {
  const [selected, setSelected] = useState<number | undefined>(undefined);
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const id = selected === undefined ? undefined : map.ids[selected];
  const { data: item } = useItem(id);
  const pointOf = useMemo(() => new Map(map.ids.map((name, point) => [name, point])), [map]);
  const marks = useMemo(() => {
    const found = item?.byContent.state === 'ready' && item.item.id === id ? item.byContent.items : [];
    const near = found.map((other) => pointOf.get(other.id)).filter((point) => point !== undefined);
    return { selected, near, hidden };
  }, [selected, item, hidden, pointOf, id]);
  const toggle = (category: number) => {
    const next = new Set(hidden);
    if (!next.delete(category)) next.add(category);
    setHidden(next);
  };
  return (
    <div class="grid">
      <Panel title="Map of the items" about={aboutMap(map)} span={8}>
        <MapCanvas map={map} marks={marks} onSelect={setSelected} />
        <fieldset class="legend">
          <legend>Categories that are shown</legend>
          {map.categories.map((name, category) => (
            <label key={name}>
              <input type="checkbox" checked={!hidden.has(category)} onChange={() => toggle(category)} />
              <span class={`swatch cat-${category}`} aria-hidden="true" />
              {name}
            </label>
          ))}
        </fieldset>
      </Panel>
      <div class="aside span-4">
        {id === undefined ? (
          <Panel title="An item">
            <Nothing
              why="No item is chosen."
              what="Click a dot. Drag moves the map; the wheel zooms when the map has the focus. By keyboard: arrows until a dot is in the middle, plus and minus, then Enter."
            />
          </Panel>
        ) : (
          <div class="grid" aria-live="polite">
            <ItemPanels id={id} isNarrow />
          </div>
        )}
      </div>
    </div>
  );
}

function aboutMap({ ids, catalogue, explained, encoder, at }: ReadyMap): string {
  const items =
    ids.length === catalogue
      ? `All ${count(catalogue)} items with a text vector`
      : `${count(ids.length)} of ${count(catalogue)} items with a text vector, taken evenly`;
  return (
    `${items}, by the vectors of ${encoder}, in the two directions in which they differ most. These have ` +
    `${percent(explained, 0)} of all differences, so items that are near here may be far apart. Computed ${time(at)}.`
  );
}
