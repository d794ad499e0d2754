/** Jobs that train and publish by themselves, their runs, and the publications to go back to. */
import { useState } from 'preact/hooks';
import { ApiError, post } from '../lib/api.ts';
import { ago, count, duration, percent, time } from '../lib/format.ts';
import type { Job, JobList, JobRun, PublicationList, RunDetail } from '../lib/jobs.ts';
import { usePolled } from '../lib/polled.ts';
import { type Column, Table } from '../parts/figures.tsx';
import { Missing, Nothing, Panel, Problem } from '../parts/panel.tsx';

const EVERY_MS = 5_000;
const SOON_MS = 1_000;
const isRunning = ({ jobs }: JobList) => jobs.some(({ running }) => running !== undefined);

export function JobsView() {
  const [error, setError] = useState<ApiError | undefined>(undefined);
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const list = usePolled<JobList>('/v1/jobs', EVERY_MS, isRunning, SOON_MS);
  const act = (path: string) => async () => {
    try {
      await post(path, {});
      setError(undefined);
    } catch (problem) {
      setError(problem instanceof ApiError ? problem : new ApiError('PAGE', String(problem)));
    }
  };
  if (list.data === undefined) return <Missing error={list.error} />;
  const { jobs, isHeld } = list.data;
  const shown = chosen ?? jobs[0]?.name;
  return (
    <div class="grid">
      <Panel
        title="Jobs"
        about="A run encodes new texts, trains, compares with the live version, and publishes if it is no worse."
      >
        {error !== undefined && <Problem error={error} />}
        {isHeld && (
          <p class="under">
            Held since a rollback: no job runs by itself or publishes.{' '}
            <button type="button" onClick={act('/v1/publications/resume')}>
              Resume
            </button>
          </p>
        )}
        {jobs.length === 0 ? (
          <Nothing why="There are no jobs yet." what={'lorekeep jobs add nightly --cron "0 3 * * *"'} />
        ) : (
          <Table label="Jobs" columns={columnsOf(act, setChosen)} rows={jobs} keyOf={({ name }) => name} />
        )}
      </Panel>
      {shown !== undefined && <Runs key={shown} job={shown} />}
      <Publications act={act} />
    </div>
  );
}

type Act = (path: string) => () => Promise<void>;

function columnsOf(act: Act, choose: (job: string) => void): Column<Job>[] {
  const path = ({ name }: Job, what: string) => `/v1/jobs/${encodeURIComponent(name)}/${what}`;
  return [
    {
      name: 'Job',
      cell: ({ name }) => (
        <button type="button" onClick={() => choose(name)} aria-label={`Show the runs of ${name}`}>
          {name}
        </button>
      ),
    },
    { name: 'Runs', cell: ({ settings }) => scheduleWords(settings) },
    { name: 'Next', isExtra: true, cell: (job) => nextWords(job) },
    { name: 'Last', cell: ({ last }) => (last === undefined ? '–' : `${endWords(last)}, ${ago(last.startedAt)}`) },
    {
      name: 'Now',
      cell: (job) =>
        job.running === undefined ? (
          <button type="button" onClick={act(path(job, 'run'))} aria-label={`Run ${job.name} now`}>
            Run now
          </button>
        ) : (
          <>
            <Progress run={job.running} />{' '}
            <button type="button" onClick={act(path(job, 'cancel'))} aria-label={`Cancel ${job.name}`}>
              Cancel
            </button>
          </>
        ),
    },
  ];
}

function Progress({ run: { step, progress } }: { run: JobRun }) {
  if (progress === undefined) return <span>{step ?? 'starts'}</span>;
  const { stage, done, total } = progress;
  const words = step === stage ? stage : `${step ?? 'starts'}: ${stage}`;
  if (total === undefined || total === 0) return <span>{words}</span>;
  return (
    <span>
      {words} {percent(Math.min(1, done / total), 0)}
    </span>
  );
}

function scheduleWords({ enabled, every, cron, timeZone, afterEvents }: Job['settings']): string {
  const parts = [
    ...(every === undefined ? [] : [`every ${duration(every)}`]),
    ...(cron === undefined ? [] : [`${cron} (${timeZone})`]),
    ...(afterEvents === undefined ? [] : [`after ${count(afterEvents)} events`]),
  ];
  if (parts.length === 0) return 'by hand';
  return enabled ? parts.join(' or ') : `${parts.join(' or ')}, paused`;
}

function nextWords({ next }: Job): string {
  const parts = [
    ...(next.at === undefined ? [] : [time(next.at)]),
    ...(next.events === undefined ? [] : [`${count(next.events)} events`]),
  ];
  return parts.join(' or ') || '–';
}

function endWords({ state, outcome, error }: JobRun): string {
  return error === undefined ? (outcome ?? state) : `${state}: ${error.code}`;
}

const RUNS: Column<JobRun>[] = [
  { name: 'Started', cell: ({ startedAt }) => time(startedAt) },
  { name: 'By', isExtra: true, cell: ({ trigger }) => trigger },
  {
    name: 'Took',
    isNumber: true,
    cell: ({ startedAt, endedAt }) => (endedAt === undefined ? '–' : duration(endedAt - startedAt)),
  },
  { name: 'End', cell: (run) => (run.state === 'failed' ? <b class="bad">{endWords(run)}</b> : endWords(run)) },
  { name: 'Why', cell: ({ verdict, error }) => error?.message ?? verdict?.reason ?? '–' },
];

function Runs({ job }: { job: string }) {
  const path = `/v1/jobs/${encodeURIComponent(job)}/runs`;
  const { data, error } = usePolled<{ runs: JobRun[] }>(path, EVERY_MS);
  const newest = data?.runs[0]?.id;
  return (
    <>
      <Panel title="Runs" about={`Of the job ${job}, newest first.`}>
        {data === undefined ? (
          <Missing error={error} />
        ) : data.runs.length === 0 ? (
          <Nothing why="It has not run yet." />
        ) : (
          <Table label={`Runs of ${job}`} columns={RUNS} rows={data.runs.slice(0, 20)} keyOf={({ id }) => id} />
        )}
      </Panel>
      {newest !== undefined && <Log key={newest} path={`${path}/${newest}`} />}
    </>
  );
}

function Log({ path }: { path: string }) {
  const { data, error } = usePolled<RunDetail>(path, EVERY_MS, ({ run }) => run.state === 'running', SOON_MS);
  return (
    <Panel title="Log" about="Of the newest run: its last lines. Times are UTC.">
      {data === undefined ? (
        <Missing error={error} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        // biome-ignore lint/a11y/useSemanticElements: a section would be one more landmark
        <div class="scroll" tabIndex={0} role="group" aria-label="Log of the newest run">
          <pre>{data.log === '' ? 'The log is empty.' : data.log}</pre>
        </div>
      )}
    </Panel>
  );
}

type Publication = PublicationList['publications'][number];

const PUBLICATIONS: Column<Publication>[] = [
  { name: 'Publication', cell: ({ version }) => <code>{version}</code> },
  { name: 'Model', isExtra: true, cell: ({ model }) => (model === null ? 'texts alone' : <code>{model}</code>) },
  { name: 'Published', cell: ({ createdAt }) => time(createdAt) },
  { name: 'state', cell: ({ isLive, isRolledBack }) => (isLive ? 'live' : isRolledBack ? 'rolled back' : '') },
];

function Publications({ act }: { act: Act }) {
  const [isAsked, setAsked] = useState(false);
  const { data, error } = usePolled<PublicationList>('/v1/publications', EVERY_MS);
  if (data === undefined) return <Missing error={error} />;
  const { publications } = data;
  const live = publications.find(({ isLive }) => isLive)?.version ?? '';
  const former = publications.find(({ version, isRolledBack }) => version < live && !isRolledBack);
  const rollBack = async () => {
    setAsked(false);
    await act('/v1/publications/rollback')();
  };
  return (
    <Panel title="Publications" about="On disk, newest first. Going back takes one step and holds the jobs.">
      {publications.length === 0 ? (
        <Nothing why="Nothing is published yet." what="lorekeep publish" />
      ) : (
        <Table
          label="Publications"
          columns={PUBLICATIONS}
          rows={publications}
          keyOf={({ version }) => version}
          isMarked={({ isLive }) => isLive}
        />
      )}
      {former === undefined ? (
        <p class="under">There is no former publication to go back to.</p>
      ) : isAsked ? (
        <p class="under">
          <button type="button" onClick={rollBack}>
            Make {former.version} live
          </button>{' '}
          <button type="button" onClick={() => setAsked(false)}>
            Do not
          </button>
        </p>
      ) : (
        <p class="under">
          <button type="button" onClick={() => setAsked(true)}>
            Roll back
          </button>
        </p>
      )}
    </Panel>
  );
}
