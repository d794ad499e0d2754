/** Knowledge: spaces, versions, age. */
import type { KnowledgeHealth } from '@lorekeep/dashboard';
import { ago, count, duration, percent, time } from '../lib/format.ts';
import { usePolled } from '../lib/polled.ts';
import { type Column, Figures, Table } from '../parts/figures.tsx';
import { Missing, Nothing, Panel } from '../parts/panel.tsx';

type Space = KnowledgeHealth['spaces'][number];
type Row = Space['versions'][number] & { space: string };

const COLUMNS: Column<Row>[] = [
  { name: 'Space', cell: ({ space }) => space },
  { name: 'Version', cell: ({ version }) => <code>{version}</code> },
  { name: 'Published', isNumber: true, cell: ({ createdAt }) => ago(createdAt) },
  { name: 'Users', isNumber: true, cell: ({ users }) => count(users) },
  { name: 'Items', isNumber: true, cell: ({ items }) => count(items) },
  { name: 'Precision', isExtra: true, cell: ({ precision }) => precision },
  { name: 'Aligned to', isExtra: true, cell: ({ alignedTo }) => (alignedTo === null ? '–' : <code>{alignedTo}</code>) },
];

export function KnowledgePanel() {
  const { data, error } = usePolled<KnowledgeHealth>('/v1/admin/knowledge', 15_000);
  return (
    <Panel
      title="Knowledge"
      about="What rankers read of users and items beside their own features, in the General Knowledge Center of the workspace."
    >
      {data === undefined ? <Missing error={error} /> : <Knowledge data={data} />}
    </Panel>
  );
}

function Knowledge({ data }: { data: KnowledgeHealth }) {
  const { spaces, pretrained, served, problem } = data;
  if (problem !== null)
    return (
      <Nothing
        why={`The General Knowledge Center cannot be read (${problem}).`}
        what="lorekeep doctor says what is wrong with it."
      />
    );
  if (spaces.length === 0)
    return (
      <Nothing
        why={
          pretrained.length === 0
            ? 'No knowledge is published. Recommendations do not need it; rankers of impressions do.'
            : `${count(pretrained.length)} versions are pre-trained, and none is published.`
        }
        what={
          pretrained.length === 0
            ? 'lorekeep knowledge pretrain, then lorekeep knowledge publish.'
            : 'lorekeep knowledge publish.'
        }
      />
    );
  const rows = spaces.flatMap(({ space, versions }) => versions.map((version) => ({ space, ...version })));
  return (
    <>
      {served === null ? (
        <p class="under">No answer since the start has used it, so there is no hit rate.</p>
      ) : (
        <Figures
          figures={[
            { name: 'Age', value: duration(served.ageSeconds), note: 'of the knowledge of the newest answer' },
            { name: 'Residual', value: served.residual.toFixed(4), note: 'of its alignment, newest answer' },
            { name: 'Users found', value: percent(served.userHitRate), note: 'of the pairs since the start' },
            { name: 'Items found', value: percent(served.itemHitRate), note: 'of the pairs since the start' },
            { name: 'Without', value: count(served.withoutKnowledge), note: 'ranked lists that lacked it' },
          ]}
        />
      )}
      <Table
        label="Versions of knowledge"
        columns={COLUMNS}
        rows={rows}
        keyOf={({ space, version }) => `${space} ${version}`}
      />
      <p class="under">Listed at {time(data.at)}.</p>
    </>
  );
}
