/** What came of impressions, by surface and position. */
import type { Outcomes } from '@lorekeep/dashboard';
import { count, percent, time } from '../lib/format.ts';
import { usePolled } from '../lib/polled.ts';
import { Sparkline } from '../parts/chart.tsx';
import { type Column, Figures, Table } from '../parts/figures.tsx';
import { Counting, Missing, Nothing, Panel } from '../parts/panel.tsx';

type Counted = Extract<Outcomes, { state: 'counted' }>;
type Cell = Counted['total'];
type Surface = Counted['surfaces'][number];
type Position = Surface['positions'][number];

export function OutcomesView() {
  const { data, error } = usePolled<Outcomes>('/v1/admin/outcomes', 5_000, ({ state }) => state === 'counting');
  if (data === undefined) return <Missing error={error} />;
  if (data.state === 'counting')
    return (
      <div class="grid">
        <Panel title="Outcomes" about="Counted in slices, so that requests do not wait.">
          <Counting what="impressions" done={data.done} of={data.of} />
        </Panel>
      </div>
    );
  if (data.from === null || data.to === null)
    return (
      <div class="grid">
        <Panel title="Outcomes" about={`Counted ${time(data.at)}.`}>
          <Nothing
            why="There is no impression with a time yet."
            what="POST /v1/events with the type impression, and the request, surface and position of the list."
          />
        </Panel>
      </div>
    );
  return (
    <div class="grid">
      <Summary outcomes={data} />
      <Surfaces outcomes={data} />
      {data.surfaces.map((surface) => (
        <Positions key={surface.surface ?? ''} surface={surface} />
      ))}
    </div>
  );
}

const nameOf = ({ surface }: Surface) => surface ?? 'without a surface';
const amount = (value: number) => value.toFixed(Math.abs(value) < 1 ? 3 : 2);

/** A rate as it is read: the value, and its interval below. */
function withInterval({ value, interval }: Cell['ctr'], write: (value: number) => string): [string, string] {
  if (value === null) return ['–', 'no impressions'];
  return [write(value), interval === null ? 'too few users' : `${write(interval[0])} to ${write(interval[1])}`];
}

function Rate({ rate, write }: { rate: Cell['ctr']; write: (value: number) => string }) {
  const [value, interval] = withInterval(rate, write);
  return (
    <>
      {value} <span class="note">{interval}</span>
    </>
  );
}

function Summary({ outcomes }: { outcomes: Counted }) {
  const { at, from, to, total, types, days } = outcomes;
  const [ctr, ctrNote] = withInterval(total.ctr, (value) => percent(value, 2));
  const [cvr, cvrNote] = withInterval(total.cvr, (value) => percent(value, 2));
  const [value, valueNote] = withInterval(total.valueRate, amount);
  const clicksByDay = days.map(({ impressions, clicks }) => (impressions === 0 ? 0 : clicks / impressions));
  return (
    <Panel
      title="Outcomes"
      about={`Impressions from ${time(from as number)} to ${time(to as number)}. Counted ${time(at)}. Intervals: 95 %, over users.`}
    >
      <Figures
        figures={[
          { name: 'Impressions', value: count(total.impressions), note: 'of the last 28 days of the log' },
          { name: 'Click-through rate', value: ctr, note: ctrNote },
          { name: 'Purchase rate', value: cvr, note: cvrNote },
          { name: 'Value of an impression', value, note: valueNote },
          {
            name: 'Clicks by day',
            value: (
              <Sparkline
                values={clicksByDay}
                label={`click-through rate by day, at most ${percent(Math.max(0, ...clicksByDay), 2)}`}
              />
            ),
            note: '28 days, UTC',
          },
        ]}
      />
      <p class="under">
        An outcome belongs to the impression that names the same request; without a request, to the latest impression of
        the same user and item in the hour before. Clicks: {words(types.clicks)}. Purchases: {words(types.purchases)}.
      </p>
    </Panel>
  );
}

const words = (types: readonly string[]) => (types.length === 0 ? 'no such event is stored' : types.join(', '));

const rates: Column<Cell>[] = [
  { name: 'Impressions', isNumber: true, cell: ({ impressions }) => count(impressions) },
  { name: 'Clicks', isNumber: true, isExtra: true, cell: ({ clicks }) => count(clicks) },
  {
    name: 'Click-through rate',
    isNumber: true,
    cell: ({ ctr }) => <Rate rate={ctr} write={(value) => percent(value, 2)} />,
  },
  { name: 'Purchases', isNumber: true, isExtra: true, cell: ({ purchases }) => count(purchases) },
  {
    name: 'Purchase rate',
    isNumber: true,
    cell: ({ cvr }) => <Rate rate={cvr} write={(value) => percent(value, 2)} />,
  },
  { name: 'Value', isNumber: true, isExtra: true, cell: ({ valueRate }) => <Rate rate={valueRate} write={amount} /> },
];

function Surfaces({ outcomes }: { outcomes: Counted }) {
  return (
    <Panel title="By surface" about="The most impressions first. Rates are per impression, with their 95 % intervals.">
      <Table
        label="Outcomes by surface"
        columns={[
          { name: 'Surface', cell: (surface: Surface) => nameOf(surface) },
          ...rates.map((column) => ({ ...column, cell: ({ total }: Surface) => column.cell(total) })),
        ]}
        rows={outcomes.surfaces}
        keyOf={({ surface }) => surface ?? ''}
      />
    </Panel>
  );
}

function Positions({ surface }: { surface: Surface }) {
  const name = nameOf(surface);
  const place = ({ position, isLast }: Position) =>
    position === null ? 'not named' : isLast ? `${position + 1} and behind` : count(position + 1);
  return (
    <Panel title={`Positions: ${name}`} about="The first place of a list is 1.">
      <Table
        label={`Outcomes by position, ${name}`}
        columns={[{ name: 'Place', cell: place }, ...rates]}
        rows={surface.positions}
        keyOf={({ position }) => String(position)}
      />
    </Panel>
  );
}
