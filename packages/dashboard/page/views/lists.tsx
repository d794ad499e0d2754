/** What users got: coverage, concentration, new items, what ordered the lists. */
import type { Exposure } from '@lorekeep/dashboard';
import { ago, count, percent, time } from '../lib/format.ts';
import { usePolled } from '../lib/polled.ts';
import { Bar, type Column, Figures, Table } from '../parts/figures.tsx';
import { ItemName } from '../parts/items.tsx';
import { Missing, Nothing, Panel } from '../parts/panel.tsx';
import { KnowledgePanel } from './knowledge.tsx';
import { StabilityPanels } from './stability.tsx';

type Source = Exposure['sources'][number];
type Shown = Exposure['most'][number];

export function ListsView() {
  const { data, error } = usePolled<Exposure>('/v1/admin/exposure', 5_000);
  return (
    <div class="grid">
      {data === undefined ? <Missing error={error} /> : <ExposurePanels data={data} />}
      <KnowledgePanel />
    </div>
  );
}

function ExposurePanels({ data }: { data: Exposure }) {
  const { since, at, lists } = data;
  if (lists === 0)
    return (
      <Panel title="Exposure" about={`Counted in this process since ${time(since)}.`}>
        <Nothing
          why={`No list has been answered since the start, ${ago(since, at)}.`}
          what="Lists of /v1/recommend, /v1/search and /v1/items/{id}/similar are counted. Look a user up under Explore for a look without counting."
        />
      </Panel>
    );
  return (
    <>
      <Panel
        title="Exposure"
        about={
          <>
            Counted in this process since {time(since)} ({ago(since, at)}), over the lists of recommendations, of
            searches and of similar items.
          </>
        }
      >
        <Figures figures={figuresOf(data)} />
      </Panel>
      <Panel title="What ordered the lists" about="A fallback has its reason beside it." span={6}>
        <Table
          label="What ordered the lists"
          columns={sourceColumns(lists)}
          rows={data.sources}
          keyOf={({ source }) => source}
        />
      </Panel>
      <StabilityPanels data={data} />
      <Panel title="Shown most" about="The ten items with the most places in lists, since the start." span={12}>
        {data.most.length === 0 ? (
          <Nothing why="All lists were empty." what="A filter that no item passes gives an empty list." />
        ) : (
          <Table label="Items shown most" columns={shownColumns(data)} rows={data.most} keyOf={({ id }) => id} />
        )}
      </Panel>
    </>
  );
}

function figuresOf(data: Exposure) {
  const { lists, empty, places, distinctItems, catalogue, newPlaces, topShare, topItems, isCapped } = data;
  const ofCatalogue = catalogue === null || catalogue === 0 ? undefined : distinctItems / catalogue;
  return [
    { name: 'Lists', value: count(lists), note: `${count(places)} places in them` },
    {
      name: 'Coverage',
      value: ofCatalogue === undefined ? '–' : percent(Math.min(1, ofCatalogue)),
      note: `${isCapped ? 'at least ' : ''}${count(distinctItems)} of ${catalogue === null ? 'unknown' : count(catalogue)} items were shown`,
    },
    {
      name: 'Top 1 %',
      value: topShare === null ? '–' : percent(topShare),
      note: `of the places have the ${count(topItems)} most shown items`,
    },
    {
      name: 'New items',
      value: places === 0 ? '–' : percent(newPlaces / places),
      note: `${count(newPlaces)} places of items that training did not see`,
    },
    { name: 'Empty lists', value: count(empty), note: percent(empty / lists) },
  ];
}

const sourceColumns = (lists: number): Column<Source>[] => [
  {
    name: 'Source',
    cell: ({ source, isFallback, meaning }) => (
      <>
        {source} {isFallback && <span class="tag">fallback</span>}
        <small>{meaning}</small>
      </>
    ),
  },
  { name: 'Lists', isNumber: true, cell: ({ lists: own }) => count(own) },
  { name: 'Share', isNumber: true, cell: ({ lists: own }) => <Bar share={own / lists}>{percent(own / lists)}</Bar> },
];

const shownColumns = ({ places }: Exposure): Column<Shown>[] => [
  { name: 'Item', cell: (item) => <ItemName item={item} /> },
  { name: 'Places', isNumber: true, cell: (item) => count(item.places) },
  { name: 'Share', isNumber: true, isExtra: true, cell: (item) => percent(item.places / places, 2) },
];
