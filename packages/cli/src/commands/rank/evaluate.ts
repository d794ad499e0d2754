/** `lorekeep rank evaluate` */
import { counted } from '@lorekeep/core';
import type { RankEvaluateOptions, RankEvaluateResult } from '@lorekeep/workspace';
import type { CommandContext } from '../../context.ts';
import { signed } from '../../metrics-tables.ts';
import { storePlace, userPath } from '../../paths.ts';
import { checkWritable, writePage } from '../../report-file.ts';
import { table } from '../../terminal.ts';
import { taskOf } from './tasks.ts';

export interface RankEvaluateCommandOptions
  extends Pick<RankEvaluateOptions, 'share' | 'windowDays' | 'start' | 'warmUp' | 'seeds' | 'knowledge' | 'threads'> {
  /** `click`, or `purchase:click` for a purchase among clicks. */
  outcome?: string;
  surface?: string[];
  /** Of a published version. */
  store?: string;
  /** A path. */
  report?: string;
}

export async function rankEvaluateCommand(
  { workspace, output, run }: CommandContext,
  { outcome, surface: surfaces, store, report: path, ...options }: RankEvaluateCommandOptions,
): Promise<void> {
  if (path !== undefined) await checkWritable(userPath(path));
  const result = await workspace.rankEvaluate(
    { ...taskOf(outcome), surfaces, store: storePlace(store), ...options },
    run,
  );
  if (path !== undefined) {
    const { rankingReport } = await import('@lorekeep/report');
    await writePage(userPath(path), await rankingReport(reportOf(result)));
  }
  output.result({ ...result }, [summary(result), ...(path === undefined ? [] : ['', `Report: ${path}`])].join('\n'));
}

const NAMES = { base: 'ranker alone', knowledge: 'with knowledge', stage1: 'stage 1 itself' } as const;
type Method = keyof typeof NAMES;

function summary(result: RankEvaluateResult): string {
  const { outcome, rows, rate, runs, methods, lifts, byHistory, knowledge, notes } = result;
  const percent = (100 * rate).toFixed(1);
  return [
    `${outcome} on ${placeOf(result)}: ${counted(rows, 'impression')} scored before they were learned, ${percent} % with the outcome, ${counted(runs, 'seed')}.`,
    ...(knowledge === null ? [] : [`Knowledge: the published version ${knowledge}.`]),
    '',
    table([
      ['', 'GAUC', 'AUC', 'log loss', 'lift in GAUC', '95 % interval'],
      ...(Object.keys(NAMES) as Method[]).flatMap((name) => {
        const figures = methods[name];
        if (figures === undefined) return [];
        const lift = name === 'base' ? undefined : lifts[name];
        const cells = [figures.gauc, figures.auc, figures.logLoss].map((value) => value.toFixed(4));
        return [[NAMES[name], ...cells, lift ? signed(lift.difference) : '', lift ? intervalOf(lift) : '']];
      }),
    ]),
    ...(Object.keys(byHistory).length === 0
      ? []
      : [
          '',
          table([
            ['impressions before', 'lift in GAUC', '95 % interval', 'users'],
            ...Object.entries(byHistory)
              .filter(([, { users }]) => users > 0)
              .map(([name, lift]) => [
                name,
                signed(lift.difference),
                intervalOf(lift),
                lift.users.toLocaleString('en-US'),
              ]),
          ]),
        ]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}

const intervalOf = ({ interval }: { interval: readonly [number, number] }) => interval.map(signed).join(' to ');
const placeOf = ({ surfaces }: RankEvaluateResult) => (surfaces === null ? 'all surfaces' : surfaces.join(', '));

/** The same as the data of the HTML page. */
function reportOf(result: RankEvaluateResult): import('@lorekeep/report').RankingReportData {
  const { outcome, methods, lifts, bySurface, byHistory, byWindow, log, rows, runs, notes, windowDays, share } = result;
  const kind = result.simulated ? ('simulated' as const) : ('real log' as const);
  const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
  const data = `impressions of ${day(log.from)} to ${day(log.to)}`;
  const surface = placeOf(result);
  const source = { data, kind, base: NAMES.base };
  const lift = ({ difference, interval }: { difference: number; interval: [number, number] }) => ({
    difference,
    interval,
  });
  const named = (name: 'knowledge' | 'stage1') => {
    const own = lifts[name];
    return own === undefined ? [] : [{ name: NAMES[name], lifts: [{ outcome, surface, ...lift(own) }] }];
  };
  const groups = (all: typeof byHistory) =>
    Object.entries(all).map(([group, own]) => ({ group, ...lift(own), rows: own.rows }));
  const compared = { ...source, outcome, surface };
  return {
    title: `Ranker of ${outcome}`,
    facts: [
      ['Impressions', `${rows.toLocaleString('en-US')} scored, of ${log.impressions.toLocaleString('en-US')}`],
      ['Windows', `${windowDays} days each, frozen at their start`],
      [
        'Trained on',
        share === 1 ? 'all impressions of earlier windows' : `${100 * share} % of those of earlier windows`,
      ],
      ['Seeds', String(runs)],
      ...(result.knowledge === null ? [] : ([['Knowledge', `published version ${result.knowledge}`]] as const)),
    ],
    lifts:
      lifts.knowledge === undefined
        ? []
        : [
            {
              ...source,
              methods: [...named('knowledge'), ...named('stage1')],
              baseValues: [{ outcome, surface, value: methods.base!.gauc }],
            },
          ],
    userGroups: [
      {
        ...compared,
        dividedBy: 'impressions before the first window',
        methods: [{ name: NAMES.knowledge, groups: groups(byHistory) }],
      },
      { ...compared, dividedBy: 'surface', methods: [{ name: NAMES.knowledge, groups: groups(bySurface) }] },
      { ...compared, dividedBy: 'window', methods: [{ name: NAMES.knowledge, groups: groups(byWindow) }] },
    ].filter(({ methods: [{ groups: own }] }) => own.length > 1),
    reliability: [
      {
        data,
        kind,
        outcome,
        surface,
        methods: (Object.keys(NAMES) as Method[]).flatMap((name) => {
          const figures = methods[name];
          if (figures === undefined) return [];
          const { reliability: bins, ...calibration } = figures.calibration;
          return [{ name: NAMES[name], bins, ...calibration, logLoss: figures.logLoss }];
        }),
      },
    ],
    notes: [
      'All methods score the same impressions. Weights, knowledge and sequences are frozen at the start of a window, and the window is learned after it is scored.',
      'GAUC is the AUC within the impressions of one user on one surface in one window, weighted by impressions.',
      ...notes,
    ],
  };
}
