/** A user: history beside the answer. */
import type { UserView } from '@lorekeep/dashboard';
import { count } from '../lib/format.ts';
import { usePolled } from '../lib/polled.ts';
import { Facts } from '../parts/figures.tsx';
import { ItemList, ItemName } from '../parts/items.tsx';
import { Missing, Nothing, Panel } from '../parts/panel.tsx';

const hasNoTexts = ({ answer, history }: UserView) =>
  history.length > 0 && answer.items.length > 0 && answer.items.every(({ closest }) => closest === null);

export function UserPanels({ id }: { id: string }) {
  const { data, error } = usePolled<UserView>(
    `/v1/admin/users/${encodeURIComponent(id)}?k=10`,
    15_000,
    hasNoTexts,
    2_000,
  );
  if (data === undefined)
    return (
      <Panel title={`User ${id}`}>
        <Missing error={error} />
      </Panel>
    );
  const { user, attributes, history, answer } = data;
  const named = Object.entries(attributes);
  return (
    <>
      <Panel
        title="History"
        about={`Of ${user}: the newest ${count(history.length)} positive events, newest first.`}
        span={5}
      >
        {named.length > 0 && <Facts facts={named.map(([name, value]) => [name, String(value)] as const)} />}
        {history.length === 0 ? (
          <Nothing why="This user has no positive event, so popular items are all there is." what="POST /v1/events." />
        ) : (
          <ItemList label="History" items={history} />
        )}
      </Panel>
      <Panel
        title="Answer"
        about={
          <>
            Now, by publication {answer.version}: <b>{answer.source}</b>, {answer.meaning}. Below each item, the item of
            the history whose text is nearest, with the cosine: a comparison, not the reason of the model.
          </>
        }
        span={7}
      >
        {answer.items.length === 0 ? (
          <Nothing why="The list is empty: every item is in the history, or none is in the index." />
        ) : (
          <ItemList
            label="Answer"
            items={answer.items}
            figure={({ score, isNew }) => (
              <>
                {isNew && <span class="tag on">new</span>} {score.toPrecision(3)}
              </>
            )}
            below={({ closest }) =>
              closest === null ? undefined : (
                <p class="because">
                  near <ItemName item={{ ...closest, category: null }} /> {closest.similarity.toFixed(2)}
                </p>
              )
            }
          />
        )}
      </Panel>
    </>
  );
}
