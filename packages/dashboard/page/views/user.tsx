/** A user: history beside the answer. */
import type { UserView, Why } from '@lorekeep/dashboard';
import { count, percent } from '../lib/format.ts';
import { usePolled } from '../lib/polled.ts';
import { Facts } from '../parts/figures.tsx';
import { ItemList, ItemName } from '../parts/items.tsx';
import { Missing, Nothing, Panel } from '../parts/panel.tsx';

export function UserPanels({ id }: { id: string }) {
  const { data, error } = usePolled<UserView>(`/v1/admin/users/${encodeURIComponent(id)}?k=10`, 15_000);
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
            Now, by publication {answer.version}: <b>{answer.source}</b>, {answer.meaning}. Below each item, why it is
            there: what its score is made of, the items of the history that proposed it with their shares, and those
            with the most similar texts with the cosine.
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
            below={({ why }) => why !== null && <Reasons why={why} />}
          />
        )}
      </Panel>
    </>
  );
}

function Reasons({ why: { parts, history, content } }: { why: Why }) {
  return (
    <dl class="because">
      <div>
        <dt>score</dt>
        <dd>{parts.map(({ name, value }) => `${name} ${value.toPrecision(3)}`).join(' + ')}</dd>
      </div>
      {history.length > 0 && (
        <div>
          <dt>history</dt>
          <dd>
            {history.map((item) => (
              <span key={item.id} class="reason">
                <ItemName item={{ ...item, category: null }} /> {percent(item.share, 0)}
              </span>
            ))}
          </dd>
        </div>
      )}
      {content.length > 0 && (
        <div>
          <dt>text</dt>
          <dd>
            {content.map((item) => (
              <span key={item.id} class="reason">
                <ItemName item={{ ...item, category: null }} /> {item.similarity.toFixed(2)}
              </span>
            ))}
          </dd>
        </div>
      )}
    </dl>
  );
}
