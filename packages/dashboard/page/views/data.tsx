/** The shop's data: items, users, events by day and type, imports. */
import type { DataHealth } from '@lorekeep/dashboard';
import { ago, count, percent, time } from '../lib/format.ts';
import { usePolled } from '../lib/polled.ts';
import { addressOf } from '../lib/route.ts';
import { Sparkline } from '../parts/chart.tsx';
import { type Column, Figures, Table } from '../parts/figures.tsx';
import { Counting, Missing, Nothing, Panel } from '../parts/panel.tsx';

type Counted = Extract<DataHealth['events'], { state: 'counted' }>;
type CountedItems = Extract<DataHealth['items'], { state: 'counted' }>;

const isWaiting = ({ items, events }: DataHealth) => items.state === 'counting' || events.state === 'counting';

export function StoreView() {
  const { data, error } = usePolled<DataHealth>('/v1/admin/data', 5_000, isWaiting);
  if (data === undefined) return <Missing error={error} />;
  const { counts, items, events, at } = data;
  const isEmpty = counts.items === 0 && counts.events === 0;
  return (
    <div class="grid">
      <Panel title="Store" about={`Counted ${time(at)}.`}>
        {isEmpty ? (
          <Nothing why="The store is empty." what="lorekeep import, or POST /v1/items and POST /v1/events." />
        ) : (
          <Figures figures={figuresOf(data)} />
        )}
      </Panel>
      <Panel
        title="Events by day and type"
        about={events.state === 'counted' ? daysWords(events) : 'Counted in slices, so that requests do not wait.'}
      >
        {events.state === 'counting' ? (
          <Counting what="events" done={events.done} of={events.of} />
        ) : (
          <Types events={events} />
        )}
      </Panel>
      <Panel title="Texts" about={items.state === 'counted' ? `Counted ${time(items.at)}.` : undefined} span={5}>
        {items.state === 'counting' ? (
          <Counting what="items" done={items.done} of={items.of} />
        ) : (
          <Texts items={items} />
        )}
      </Panel>
      <Imports imports={data.imports} />
    </div>
  );
}

function figuresOf({ counts, events, items }: DataHealth) {
  const waiting = 'is being counted';
  const last = events.state === 'counted' ? events.last : undefined;
  const noTimes = events.state === 'counted' && events.ordinals ? 'the source gave no times' : 'there is no event';
  return [
    { name: 'Items', value: count(counts.items), note: 'in the catalogue' },
    { name: 'Users', value: count(counts.users), note: 'with an event or an attribute' },
    { name: 'Events', value: count(counts.events), note: 'of all types' },
    {
      name: 'Last event',
      value: last == null ? '–' : last * 1000 > Date.now() ? 'in the future' : ago(last),
      note: last === undefined ? waiting : last === null ? noTimes : `its time is ${time(last)}`,
    },
    {
      name: 'Items without text',
      value: items.state === 'counted' ? count(items.withoutText) : '–',
      note: items.state === 'counted' ? percent(items.withoutText / Math.max(1, items.total)) : waiting,
    },
  ];
}

function daysWords({ at, days, ordinals }: Counted): string {
  if (ordinals) return `Counted ${time(at)}. The source gave no times, so there are no days.`;
  if (days.from === null) return `Counted ${time(at)}.`;
  const length = days.byType[0]?.counts.length ?? 0;
  const before = days.leftOut === 0 ? '' : ` ${count(days.leftOut)} older events are in the numbers, not in the lines.`;
  return `Counted ${time(at)}. Lines: ${count(length)} days from ${days.from} on, each to its own scale, UTC.${before}`;
}

function Types({ events }: { events: Counted }) {
  const { types, days, total } = events;
  if (types.length === 0)
    return <Nothing why="There is no event yet." what="lorekeep import --events FILE, or POST /v1/events." />;
  const lineOf = (type: string) => days.byType.find((line) => line.type === type);
  const rest = days.byType.filter((line) => !types.some(({ type }) => type === line.type));
  const columns: Column<Counted['types'][number]>[] = [
    { name: 'Type', cell: ({ type }) => type },
    { name: 'Role', cell: ({ role }) => <span class={`role ${role}`}>{role}</span> },
    { name: 'Events', isNumber: true, cell: ({ events: own }) => count(own) },
    { name: 'Share', isNumber: true, isExtra: true, cell: ({ events: own }) => percent(own / total) },
    { name: 'Rated', isNumber: true, isExtra: true, cell: ({ rated }) => count(rated) },
    {
      name: 'By day',
      cell: ({ type }) => {
        const line = lineOf(type);
        if (line === undefined) return '–';
        const most = Math.max(...line.counts);
        return <Sparkline values={line.counts} label={`${type} by day, at most ${count(most)} a day`} />;
      },
    },
  ];
  return (
    <>
      <Table label="Events by type" columns={columns} rows={types} keyOf={({ type }) => type} />
      {rest.length > 0 && <p class="under">Types without a line are rare.</p>}
      <p class="under">
        Positive events train the model and make a history; passive ones are kept and not learned from; negative ones
        keep an item out. <code>lorekeep events</code> changes what a type means.
      </p>
    </>
  );
}

function Texts({ items }: { items: CountedItems }) {
  const { total, withoutText, withoutVector, examplesWithoutText } = items;
  if (total === 0)
    return <Nothing why="There is no item yet." what="lorekeep import --items FILE, or POST /v1/items." />;
  return (
    <>
      <Figures
        figures={[
          { name: 'With text', value: count(total - withoutText), note: `of ${count(total)} items` },
          {
            name: 'Not encoded',
            value: withoutVector === null ? '–' : count(withoutVector),
            note: withoutVector === null ? 'nothing is published yet' : 'have a text and no vector',
          },
        ]}
      />
      {withoutText > 0 && (
        <p class="under">
          An item without text is found only through events. For example{' '}
          {examplesWithoutText.map((id, at) => (
            <span key={id}>
              {at > 0 && ', '}
              <a href={addressOf('explore', 'item', id)}>{id}</a>
            </span>
          ))}
          . Give them a title: POST /v1/items.
        </p>
      )}
      {withoutVector !== null && withoutVector > 0 && (
        <p class="under">
          <code>lorekeep encode</code> reads the texts that have no vector.
        </p>
      )}
    </>
  );
}

function Imports({ imports }: { imports: DataHealth['imports'] }) {
  return (
    <Panel title="Imports" about="The last 20, newest first." span={7}>
      {imports.length === 0 ? (
        <Nothing why="Nothing was imported from files." what="lorekeep import reads CSV, JSON Lines and Parquet." />
      ) : (
        <Table
          label="Imports"
          columns={[
            { name: 'Files', cell: ({ files }) => files.join(', ') },
            { name: 'When', isNumber: true, cell: ({ at }) => ago(at) },
            { name: 'Items', isNumber: true, cell: ({ items }) => count(items) },
            { name: 'Events', isNumber: true, cell: ({ events }) => count(events) },
            { name: 'Refused lines', isNumber: true, isExtra: true, cell: ({ skipped }) => count(skipped) },
          ]}
          rows={imports}
          keyOf={({ at, files }) => `${at} ${files.join()}`}
        />
      )}
    </Panel>
  );
}
