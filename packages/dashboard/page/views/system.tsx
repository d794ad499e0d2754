/** The process: requests by route, times, memory, event loop, index. */
import type { System } from '@lorekeep/dashboard';
import { useMemo } from 'preact/hooks';
import { ago, count, day, duration, megabytes, ms, percent, time } from '../lib/format.ts';
import type { Polled } from '../lib/polled.ts';
import { Chart } from '../parts/chart.tsx';
import { type Column, Figures, Table } from '../parts/figures.tsx';
import { Missing, Nothing, Panel } from '../parts/panel.tsx';

type Row = System['routes'][number];

/** A path may break after a slash. */
const breakable = (route: string) => route.split(/(?<=\/)/).flatMap((part) => [part, <wbr key={part} />]);

const COLUMNS: Column<Row>[] = [
  {
    name: 'Route',
    cell: ({ method, route }) => (
      <code>
        <span class="method">{method}</span> {breakable(route)}
      </code>
    ),
  },
  { name: 'Requests', isNumber: true, cell: ({ requests }) => count(requests) },
  { name: 'p50', isNumber: true, cell: ({ p50 }) => ms(p50) },
  { name: 'p99', isNumber: true, cell: ({ p99 }) => ms(p99) },
  { name: 'Refused (4xx)', isNumber: true, isExtra: true, cell: ({ refused }) => count(refused) },
  {
    name: 'Failed (5xx)',
    isNumber: true,
    cell: ({ failed }) => (failed > 0 ? <b class="bad">{count(failed)}</b> : '0'),
  },
];

export function SystemView({ system: { data, error } }: { system: Polled<System> }) {
  if (data === undefined) return error === undefined ? <Missing error={error} /> : null;
  const { since, at, routes } = data;
  const requests = routes.reduce((sum, route) => sum + route.requests, 0);
  return (
    <div class="grid">
      <Panel
        title="Process"
        about={
          <>
            Process {data.process.pid} on Node {data.process.node}, started {time(since)}. Figures of {time(at)}.
          </>
        }
      >
        <Figures figures={figuresOf(data, requests)} />
      </Panel>
      <History history={data.history} />
      <Panel
        title="Requests by route"
        about={
          <>
            Since the start, {ago(since, at)}. p50 and p99 are times to answer, each at most 5 % too high. What this
            page asks for is left out.
          </>
        }
      >
        {routes.length === 0 ? (
          <Nothing
            why="No request has come since the start."
            what="Send one to POST /v1/recommend and it shows here."
          />
        ) : (
          <Table
            label="Requests by route"
            columns={COLUMNS}
            rows={routes}
            keyOf={({ method, route }) => `${method} ${route}`}
          />
        )}
      </Panel>
    </div>
  );
}

function figuresOf({ since, at, process, eventLoop, index, pendingWrites }: System, requests: number) {
  return [
    { name: 'Up', value: duration(at - since), note: `since ${time(since)}` },
    { name: 'Requests', value: count(requests), note: 'since the start' },
    { name: 'Memory', value: megabytes(process.residentBytes), note: `${megabytes(process.heapBytes)} heap now` },
    { name: 'Event-loop delay p99', value: ms(eventLoop.p99), note: `longest ${ms(eventLoop.max)}, last minute` },
    {
      name: 'Index recall@10',
      value: index === null ? '–' : index.recallAt10.toFixed(4),
      note:
        index === null
          ? 'no publication is loaded'
          : `${index.kind}, ${count(index.queries)} queries against an exact scan, ${day(index.measuredAt)}`,
    },
    {
      name: 'Items in the index',
      value: index === null ? '–' : count(index.size),
      note: pendingWrites === null ? undefined : `${count(pendingWrites)} writes wait now`,
    },
  ];
}

function History({ history }: { history: System['history'] }) {
  const { seconds, from, requests, failed, p99, residentBytes, eventLoopP99 } = history;
  const x = useMemo(() => requests.map((_, at) => from + at * seconds), [history]);
  const perSecond = useMemo(() => requests.map((value) => value / seconds), [history]);
  const mb = useMemo(() => residentBytes.map((value) => (value === null ? null : value / 1e6)), [history]);
  const minutes = duration(requests.length * seconds);
  const about = `The last ${minutes}, in intervals of ${seconds} s; one hour at most. The last interval is not over.`;
  const failures = failed.reduce((sum, value) => sum + value, 0);
  const total = requests.reduce((sum, value) => sum + value, 0);
  return (
    <>
      <Panel title="Load" about={about} span={6}>
        <Chart
          label={`Requests a second over the last ${minutes}: ${count(total)} requests`}
          x={x}
          series={[{ name: 'Requests a second', values: perSecond, isMain: true }]}
          isTime
          format={(value) => value.toFixed(value < 10 ? 1 : 0)}
        />
        <p class="under">
          {failures === 0
            ? 'No answer failed in this time.'
            : `${count(failures)} answers failed in this time: ${percent(failures / Math.max(1, total))}.`}
        </p>
      </Panel>
      <Panel title="Time to answer" about="99 % of the answers took at most this long." span={6}>
        {total === 0 ? (
          <Nothing why={`No request has come in the last ${minutes}.`} what="The line begins with the first one." />
        ) : (
          <Chart
            label="99 % quantile of the time to answer, all routes"
            x={x}
            series={[{ name: 'p99, all routes', values: p99, isMain: true }]}
            isTime
            format={ms}
          />
        )}
      </Panel>
      <Panel title="Memory" about="Resident memory of the process." span={6}>
        <Chart
          label="Resident memory in megabytes"
          x={x}
          series={[{ name: 'Resident', values: mb, isMain: true }]}
          isTime
          format={(value) => `${count(value)} MB`}
          height={120}
        />
      </Panel>
      <Panel title="Event loop" about="How late timers of the serving thread ran: p99 of each interval." span={6}>
        <Chart
          label="99 % quantile of the event-loop delay"
          x={x}
          series={[{ name: 'Delay p99', values: eventLoopP99, isMain: true }]}
          isTime
          format={ms}
          height={120}
        />
      </Panel>
    </>
  );
}
