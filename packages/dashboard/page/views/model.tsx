/** The served model: how it was trained, how good it is, what was before. */
import type { Model, Quality } from '@lorekeep/dashboard';
import { useMemo } from 'preact/hooks';
import { ago, count, day, metric, percent, seconds, time } from '../lib/format.ts';
import type { Polled } from '../lib/polled.ts';
import { Chart } from '../parts/chart.tsx';
import { Bar, type Column, Facts, Figures, Table } from '../parts/figures.tsx';
import { Missing, Nothing, Panel } from '../parts/panel.tsx';

type Trained = NonNullable<Model['model']>;
type Version = Model['versions'][number];

export function ModelView({ model: { data, error } }: { model: Polled<Model> }) {
  if (data === undefined) return <Missing error={error} />;
  const { publication, model } = data;
  return (
    <div class="grid">
      {publication === null ? (
        <Panel title="Served model">
          <Nothing why="Nothing is published yet." what="lorekeep publish." />
        </Panel>
      ) : (
        <Served publication={publication} model={model} />
      )}
      {model !== null && (
        <>
          <QualityPanel model={model} />
          <Curves curves={model.curves} />
          <Stages model={model} />
          <NewItems model={model} span={model.curves.length % 2 === 1 ? 12 : 6} />
        </>
      )}
      <Versions versions={data.versions} />
    </div>
  );
}

function Served({ publication, model }: { publication: NonNullable<Model['publication']>; model: Trained | null }) {
  const { version, createdAt, items, events, encoder, isLanguageModel, template } = publication;
  const encoderWords = `${encoder}${isLanguageModel ? '' : ', which is not a language model'}`;
  return (
    <Panel title="Served model" about={`Publication ${version}, made live ${time(createdAt)} (${ago(createdAt)}).`}>
      {model === null ? (
        <Nothing
          why="This publication has no model: lists come from texts, popularity and the order of arrival."
          what="With enough events, lorekeep train and then lorekeep publish."
        />
      ) : (
        <Figures
          figures={[
            { name: 'Preset', value: model.preset, note: `seed ${model.seed}` },
            { name: 'Trained', value: ago(model.trainedAt), note: time(model.trainedAt) },
            {
              name: 'Trained on',
              value: count(model.data.events),
              note: `positive events of ${count(model.data.users)} users and ${count(model.data.items)} items`,
            },
          ]}
        />
      )}
      <Facts
        facts={[
          ['Encoder', encoderWords],
          ['Item text', <code key="template">{template}</code>],
          ['In the store at publication', `${count(items)} items, ${count(events)} events of all types`],
          ...(model === null
            ? []
            : ([
                ['Held out', model.protocol],
                ['Trained once more on', model.refit ?? 'nothing: the validation and test events stay held out'],
                ['Re-ranker', rerankerWords(model)],
              ] as const)),
        ]}
      />
    </Panel>
  );
}

function rerankerWords({ reranker }: Trained): string {
  if (reranker === null) return 'none was trained';
  if (!reranker.used) return 'trained, and left out because it was not better on validation';
  return reranker.towerWeight === 0 ? 'in use' : `in use, with the towers at weight ${reranker.towerWeight}`;
}

interface QualityRow {
  name: string;
  quality: Quality;
  isOwn: boolean;
}

function Measure({ value, interval }: Quality['recallAt10']) {
  return (
    <>
      {metric(value)}
      {interval !== null && (
        <small>
          {metric(interval[0])} – {metric(interval[1])}
        </small>
      )}
    </>
  );
}

const QUALITY: Column<QualityRow>[] = [
  { name: 'On', cell: ({ name }) => name },
  { name: 'Recall@10', isNumber: true, cell: ({ quality }) => <Measure {...quality.recallAt10} /> },
  { name: 'NDCG@10', isNumber: true, cell: ({ quality }) => <Measure {...quality.ndcgAt10} /> },
  { name: 'Recall@50', isNumber: true, cell: ({ quality }) => <Measure {...quality.recallAt50} /> },
  { name: 'MRR', isNumber: true, isExtra: true, cell: ({ quality }) => <Measure {...quality.mrr} /> },
  { name: 'Users', isNumber: true, isExtra: true, cell: ({ quality }) => count(quality.users) },
];

function QualityPanel({ model }: { model: Trained }) {
  const { test, valid, baselines } = model;
  const rows: QualityRow[] = [
    { name: 'Test, this model', quality: test, isOwn: true },
    ...Object.entries(baselines).map(([name, quality]) => ({ name: `Test, ${name}`, quality, isOwn: false })),
    { name: 'Validation, this model', quality: valid, isOwn: false },
  ].filter(({ quality }) => quality.users > 0);
  return (
    <Panel
      title="Quality"
      about={
        <>
          Measured at training, {day(model.trainedAt)}: every item of the catalogue is ranked for one held-out event of
          each user. Below recall: its 95 % interval (Wilson). NDCG and MRR need the rank of every user for theirs:{' '}
          <code>lorekeep evaluate</code> computes them.
        </>
      }
    >
      {rows.length === 0 ? (
        <Nothing why="No event was held out, so nothing could be measured." what="Train with more events." />
      ) : (
        <Table
          label="Quality"
          columns={QUALITY}
          rows={rows}
          keyOf={({ name }) => name}
          isMarked={({ isOwn }) => isOwn}
        />
      )}
    </Panel>
  );
}

function Curves({ curves }: { curves: Trained['curves'] }) {
  if (curves.length === 0)
    return (
      <Panel title="Training curves" span={6}>
        <Nothing why="No network was trained, so there are no epochs: the model is solved in one step." />
      </Panel>
    );
  return (
    <>
      {curves.map((curve) => (
        <Curve key={curve.name} curve={curve} />
      ))}
    </>
  );
}

function Curve({ curve: { name, unit, points, kept } }: { curve: Trained['curves'][number] }) {
  const x = useMemo(() => points.map(({ epoch }) => epoch), [points]);
  const values = useMemo(() => points.map(({ value }) => value), [points]);
  const last = points.at(-1)?.epoch ?? 0;
  return (
    <Panel
      title={`Training: ${name}`}
      about={`${unit}, by epoch; epoch 0 is the start. Epoch ${kept} was kept.`}
      span={6}
    >
      <Chart
        label={`${unit} over ${last} epochs, epoch ${kept} was kept`}
        x={x}
        xName="epoch"
        series={[{ name: unit, values, isMain: true }]}
        format={metric}
        from="data"
      />
    </Panel>
  );
}

function Stages({ model: { seconds: stages } }: { model: Trained }) {
  const rows = Object.entries(stages ?? {}).sort((a, b) => b[1] - a[1]);
  const total = rows.reduce((sum, [, own]) => sum + own, 0);
  return (
    <Panel title="Time of training" about={`By stage; ${seconds(total)} together.`} span={6}>
      {rows.length === 0 ? (
        <Nothing why="This version was trained before the times were kept." what="lorekeep train." />
      ) : (
        <Table
          label="Time of training by stage"
          columns={[
            { name: 'Stage', cell: ([stage]) => stage },
            { name: 'Time', isNumber: true, cell: ([, own]) => seconds(own) },
            {
              name: 'Share',
              isNumber: true,
              cell: ([, own]) => (
                <Bar share={total === 0 ? 0 : own / total}>{percent(total === 0 ? 0 : own / total, 0)}</Bar>
              ),
            },
          ]}
          rows={rows}
          keyOf={([stage]) => stage}
        />
      )}
    </Panel>
  );
}

function NewItems({ model: { newItems }, span }: { model: Trained; span: number }) {
  return (
    <Panel title="New items" about="How the model places items that no user had chosen." span={span}>
      {newItems === null ? (
        <Nothing
          why="The log was too small to learn how new items fare: they rank by their text alone."
          what="It is learned at the next training with more events."
        />
      ) : (
        <Figures
          figures={[
            { name: 'Examples', value: count(newItems.examples), note: 'training events it learned from' },
            { name: 'Proposed', value: percent(newItems.covered), note: 'of the events of hidden items' },
            { name: 'Offset', value: newItems.offset.toFixed(3), note: 'added to the log odds of a new item' },
            {
              name: 'Rare',
              value: `≤ ${count(newItems.rareUsers)}`,
              note: 'users: such items are placed as new ones too',
            },
          ]}
        />
      )}
    </Panel>
  );
}

const VERSIONS: Column<Version>[] = [
  {
    name: 'Version',
    cell: ({ version, state }) => (
      <>
        <code>{version}</code> {state === 'served' && <span class="tag on">served</span>}
        {state === 'unreadable' && <span class="tag">cannot be read</span>}
      </>
    ),
  },
  { name: 'Preset', cell: ({ preset }) => preset ?? '–' },
  { name: 'Trained', isNumber: true, cell: ({ trainedAt }) => (trainedAt === null ? '–' : ago(trainedAt)) },
  { name: 'Events', isNumber: true, isExtra: true, cell: ({ events }) => (events === null ? '–' : count(events)) },
  {
    name: 'Test NDCG@10',
    isNumber: true,
    cell: ({ testNdcgAt10 }) => (testNdcgAt10 === null ? '–' : metric(testNdcgAt10)),
  },
];

function Versions({ versions }: { versions: Model['versions'] }) {
  return (
    <Panel
      title="Versions"
      about="Trained models in the folder models/, newest first. Test figures of versions that were trained on different events do not compare."
    >
      {versions.length === 0 ? (
        <Nothing why="Nothing is trained yet." what="lorekeep train." />
      ) : (
        <Table
          label="Trained versions"
          columns={VERSIONS}
          rows={versions}
          keyOf={({ version }) => version}
          isMarked={({ state }) => state === 'served'}
        />
      )}
    </Panel>
  );
}
