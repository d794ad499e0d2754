/** The report about rankers is one self-contained file and shows the given numbers. All are made up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RankingReportData, rankingReport } from '../../src/index.ts';

const around = (difference: number, half: number) => ({
  difference,
  interval: [difference - half, difference + half] as const,
});
const source = { data: 'a made-up log', kind: 'simulated' } as const;
const comparison = { ...source, base: 'DIN <tuned>', outcome: 'click', surface: 'home' };

const data: Required<RankingReportData> = {
  title: 'Rankers & <b>knowledge</b>',
  facts: [
    ['windows', '<i>4</i>'],
    ['seeds', '3 × 2'],
  ],
  lifts: [
    {
      ...source,
      base: 'DIN <tuned>',
      baseValues: [{ outcome: 'click', surface: 'home', value: 0.5838 }],
      methods: [
        {
          name: 'KEEP',
          lifts: [
            { outcome: 'click', surface: 'home', ...around(0.0071, 0.003) },
            { outcome: 'click', surface: 'search', difference: 0.002, interval: [-0.008, 0.014] },
            { outcome: 'long view', surface: 'home', ...around(0.0135, 0.0038) },
          ],
        },
        {
          name: 'sample merging',
          lifts: [
            { outcome: 'click', surface: 'home', ...around(-0.0524, 0.02) },
            { outcome: 'click', surface: 'search', difference: Number.NaN, interval: [Number.NaN, Number.NaN] },
          ],
        },
        { name: 'stage-1 logit', lifts: [{ outcome: 'long view', surface: 'home', difference: 0.0196 }] },
      ],
    },
  ],
  ablations: [
    {
      ...comparison,
      variants: [
        { name: 'K_u', ...around(-0.0024, 0.006) },
        { name: 'K_u + K_i', ...around(0.0247, 0.006) },
        { name: 'K_u + K_i + K_ui', ...around(0.0288, 0.006) },
      ],
    },
  ],
  dataAmounts: [
    {
      ...comparison,
      unit: 'days of the super-domain',
      methods: [
        {
          name: 'KEEP',
          points: [1, 2, 4, 8].map((amount) => ({ amount, ...around(0.003 * Math.log2(1 + amount), 0.002) })),
        },
        { name: 'merging', points: [1, 2, 4, 8].map((amount) => ({ amount, ...around(0.001 * amount, 0.002) })) },
      ],
    },
  ],
  userGroups: [
    {
      ...comparison,
      dividedBy: 'events in the history',
      methods: ['KEEP', 'merging'].map((name, at) => ({
        name,
        groups: ['0–9', '10–19', '20–49', '50+'].map((group, of) => ({
          group,
          rows: 1000 * (of + 2),
          ...around(0.01 - 0.002 * of - 0.004 * at, 0.003),
        })),
      })),
    },
  ],
  reliability: [
    {
      ...source,
      outcome: 'click',
      surface: 'home',
      methods: ['KEEP', 'DIN'].map((name, at) => ({
        name,
        bins: Array.from({ length: 8 }, (_, bin) => {
          const prediction = 0.05 + 0.04 * bin;
          const rate = prediction * (1.02 + 0.1 * at) - 0.005 * at;
          return { prediction, rate, interval: [rate - 0.01, rate + 0.01] as const, rows: 500 };
        }),
        expectedCalibrationError: 0.0123 + at,
        predictedToObserved: 0.9877,
        logLoss: 0.4321,
      })),
    },
  ],
  versionSkews: [
    {
      ...comparison,
      methods: [
        {
          name: 'as it is',
          points: [0, 1, 2, 3, 4].map((versionsBehind) => ({
            versionsBehind,
            ...around(0.03 - 0.02 * versionsBehind, 0.005),
          })),
        },
        {
          name: 'aligned',
          points: [0, 1, 2, 3, 4].map((versionsBehind) => ({
            versionsBehind,
            ...around(0.03 - 0.002 * versionsBehind, 0.005),
          })),
        },
      ],
    },
  ],
  notes: ['These numbers are <u>made up</u>.', 'They test the page.'],
};

test('the page contains all plots and tables, loads nothing, runs nothing, and escapes names', async () => {
  const page = await rankingReport(data);
  assert.equal(page.match(/<svg/g)?.length, 6);
  assert.equal(page.match(/<table/g)?.length, 2);
  assert.equal(page.match(/<section/g)?.length, 7);
  assert.ok(!/<script|<link|<img|<b>k|<i>4|<u>|<tuned|url\(|@import|NaN|undefined/i.test(page));
  // The only addresses are names of XML vocabularies.
  for (const [address] of page.matchAll(/https?:\/\/[^"' ]+/g)) assert.match(address, /^http:\/\/www\.w3\.org\//);
  for (const name of ['days of the super-domain', 'K_u + K_i + K_ui', 'versions behind', '50+ (5,000)', '3 × 2'])
    assert.ok(page.includes(name), name);
  assert.equal(page.match(/a made-up log<\/em> \(simulated\)/g)?.length, 6);
});

test('a row of the lift table shows each lift with its interval, under the right surface and outcome', async () => {
  const page = await rankingReport({ title: 'Lift', lifts: data.lifts });
  const cells = (row: string) => [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell]) => cell);
  const [table] = page.match(/<table.*<\/table>/s) as RegExpMatchArray;
  const rows = [...table.matchAll(/<tr>.*?<\/tr>/gs)].map(([row]) => cells(row));
  assert.deepEqual(rows, [
    ['', 'home<br>click', 'home<br>long view', 'search<br>click'],
    [
      'KEEP',
      '+0.0071<small>± 0.0030</small>',
      '+0.0135<small>± 0.0038</small>',
      '+0.0020<small>−0.0080 to +0.0140</small>',
    ],
    ['sample merging', '−0.0524<small>± 0.0200</small>', '–', '–'],
    ['stage-1 logit', '–', '+0.0196', '–'],
    ['GAUC of DIN &#60;tuned&#62;', '0.5838', '–', '–'],
  ]);
  assert.deepEqual(
    [...table.matchAll(/<td class="(\w+)">(.\d\.\d+)/g)].map(([, side, lift]) => `${side} ${lift}`),
    ['up +0.0071', 'up +0.0135', 'down −0.0524'],
  );
});

test('every part is optional', async () => {
  const bare = await rankingReport({ title: 'Nothing' });
  assert.ok(!bare.includes('<section') && bare.includes('<h1>Nothing</h1>'));
  for (const part of ['lifts', 'ablations', 'dataAmounts', 'userGroups', 'reliability', 'versionSkews'] as const) {
    const page = await rankingReport({ title: part, [part]: data[part] });
    assert.equal(page.match(/<section/g)?.length, 1, part);
    assert.equal(page.match(/<svg/g)?.length, 1, part);
  }
});

test('what could not be measured is said, not drawn', async () => {
  const variants = [{ name: 'K_u', difference: Number.NaN }];
  const page = await rankingReport({ title: 'Ablation', ablations: [{ ...comparison, variants }] });
  assert.ok(page.includes('Nothing was measured.') && !page.includes('<svg'));
});
