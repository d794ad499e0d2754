/** Whether lists are what they were: fallbacks over time, and the drift of scores. */
import type { Exposure } from '@lorekeep/dashboard';
import { count, percent, time } from '../lib/format.ts';
import { Chart } from '../parts/chart.tsx';
import { type Column, Table } from '../parts/figures.tsx';
import { Nothing, Panel } from '../parts/panel.tsx';

type Drift = Exposure['drift'][number];

const REASONS: Record<string, string> = {
  unknownUser: 'nothing is stored of the user',
  noHistory: 'no event of the user counts',
  unknownItems: 'no item of the history is known',
  nothingKnown: 'the model knows nothing of it',
  fewCandidates: 'the model proposes too few; others fill the list',
  fewPass: 'no more items pass; the list is short',
};

interface Reason {
  reason: string;
  lists: number;
}

export function StabilityPanels({ data: { fallbacks, drift } }: { data: Exposure }) {
  const sums = new Map<string, number>();
  for (const { reasons } of fallbacks)
    for (const [reason, lists] of Object.entries(reasons)) sums.set(reason, (sums.get(reason) ?? 0) + lists);
  const rows = [...sums].map(([reason, lists]) => ({ reason, lists })).sort((a, b) => b.lists - a.lists);
  const lists = fallbacks.reduce((sum, { lists: own }) => sum + own, 0);
  return (
    <>
      <Panel
        title="Fallbacks by reason"
        about="Share of the lists that were not what was asked for, in five minutes each, of the last day of this process."
        span={6}
      >
        {rows.length === 0 ? (
          <Nothing why="Every list was what was asked for." />
        ) : (
          <>
            <Chart
              label="Share of lists with a fallback, by reason"
              x={fallbacks.map(({ at }) => at)}
              series={rows.slice(0, 3).map(({ reason }, at) => ({
                name: reason,
                values: fallbacks.map(({ reasons, lists: own }) => (reasons[reason] ?? 0) / own),
                isMain: at === 0,
              }))}
              isTime
              format={(value) => percent(value, 0)}
            />
            <Table
              label="Fallbacks by reason"
              columns={reasonColumns(lists)}
              rows={rows}
              keyOf={({ reason }) => reason}
            />
          </>
        )}
      </Panel>
      <Panel
        title="Drift of scores"
        about="Population stability index (PSI) of the first score of each list: the last 500 lists against the first 500 of the version in this process. Below 0.1 nothing has changed, above 0.25 much has."
        span={6}
      >
        {drift.length === 0 ? (
          <Nothing why="No list has an item yet." />
        ) : (
          <Table
            label="Drift of scores"
            columns={DRIFT}
            rows={drift}
            keyOf={({ version, source }) => `${version} ${source}`}
          />
        )}
      </Panel>
    </>
  );
}

const reasonColumns = (lists: number): Column<Reason>[] => [
  {
    name: 'Reason',
    cell: ({ reason }) => (
      <>
        {reason}
        <small>{REASONS[reason] ?? ''}</small>
      </>
    ),
  },
  { name: 'Lists', isNumber: true, cell: ({ lists: own }) => count(own) },
  { name: 'Share', isNumber: true, cell: ({ lists: own }) => percent(own / lists) },
];

const DRIFT: Column<Drift>[] = [
  {
    name: 'Version',
    cell: ({ version, source, since }) => (
      <>
        {source}
        <small>
          {version}, since {time(since)}
        </small>
      </>
    ),
  },
  { name: 'Lists', isNumber: true, cell: ({ first, last }) => `${count(first)} / ${count(last)}` },
  { name: 'PSI', isNumber: true, cell: ({ psi }) => (psi === null ? 'too few lists' : psi.toFixed(3)) },
];
