/** docs/reference/events.md, with the table of default roles from the source. */
import { DEFAULT_ROLES } from '../../packages/store/src/index.ts';
import { table, wrapped } from './markdown.ts';

export function eventsPage(): string {
  const rows = DEFAULT_ROLES.map(({ role, about, names }) => [
    role,
    about,
    names.map((name) => `\`${name}\``).join(', '),
  ]);
  return `${INTRODUCTION}\n${table(['Role', 'Meaning', 'Names'], ...rows)}\n\n${SECTIONS}`;
}

const INTRODUCTION = `# What events mean

<!-- Written by \`pnpm reference\` from the table of the code. Do not edit it by hand. -->

${wrapped('Every event has a type, and every type has a role. `lorekeep events` shows the types of a workspace with their roles, and the rule for its ratings.')}

| Role       | What it does                                                                                                  |
| ---------- | ------------------------------------------------------------------------------------------------------------- |
| \`positive\` | The item belongs to the history of the user. Models learn from it, and popularity counts the user.             |
| \`passive\`  | The item was shown. It is stored, and says nothing about what the user likes.                                 |
| \`negative\` | The user does not want the item. It is not recommended to this user any more. Models do not learn to offer it. |
| \`ignored\`  | The event is stored and not used.                                                                             |

${wrapped('Roles are applied when events are read. A change takes effect at once in what is recommended to a user, and in the model at the next `train` and `publish`. Nothing has to be imported again. The manifest of a model records the rules that it was trained with (`eventRules`).')}

## Default roles

${wrapped('Names are compared without case and separators: `add_to_cart`, `Add To Cart` and `addToCart` are one name, and `https://schema.org/BuyAction` is `BuyAction`. A name that is not in the table is positive, and `lorekeep events` says that it is not known.')}
`;

const SECTIONS = `## Change a role or a weight

\`\`\`sh
lorekeep events --event-role view=ignored return_label=negative
lorekeep import --events log.csv --event-weight purchase=3
lorekeep events --event-preset all-positive
\`\`\`

${wrapped('`events`, `import` and `train` take the same options ([command line](command-line.md#events)). The rules are stored in the workspace. A program changes them with `workspace.changeEventRules`; `roleOfEvent` of `@lorekeep/store` gives the role of one event.')}

${wrapped('A weight says how much a positive event counts in training, both in the linear model and in the losses of the towers. In the linear model, a user and an item have the largest weight of their events. Every default weight is 1, as in published protocols; other weights have not been measured. To measure your own, use `lorekeep evaluate --against`. Weights do not change histories and popularity.')}

${wrapped('With the preset `all-positive`, every event that is not passive is positive. Types and ratings make no difference, as in published protocols. The benchmarks use it, and so does an import with `--format amazon2018` or `amazon2023` into a workspace without rules.')}

## Ratings

${wrapped('A rating can lower a positive event. The scale is recognised from the values in the workspace, after each import and before each training:')}

| Values that occur                        | Positive    | Negative | Not a rating  |
| ---------------------------------------- | ----------- | -------- | ------------- |
| stars up to 4 or 5, halves allowed       | 3 and more  | below 3  | 0 and −1      |
| points up to 10, halves allowed          | 5 and more  | below 5  | 0 and −1      |
| up to 100                                | 50 and more | below 50 | −1            |
| 0 and 1, or −1 and 1                     | 1           | 0, −1    | –             |
| −1, 0 and 1                              | 1           | −1       | – (0: ignored) |
| anything else, for example all ratings 5 | all         | –        | –             |

${wrapped('"Not a rating" means that the event keeps the meaning of its type: the user watched the film and did not rate it. Another rule is set with `--ratings`: `N` (N and more is positive, less is negative; `--min-rating N` is the same), `L:N` (below L is negative, from N is positive, between them is ignored), `none` (ratings are not used) or `auto`.')}

${wrapped('The rule was measured on MovieLens-100K without texts (`pnpm bench ratings`, with `--quick` for the preset `linear`; seed 42). The last fifth of the events of each user is hidden: 15,564 events with 3 stars or more, and 4,798 with fewer. "Before" takes all ratings as positive. Items that the user has rated are left out of the lists.')}

| Preset \`learn\`                      | Before | After |
| ----------------------------------- | ------ | ----- |
| NDCG@10 of positive hidden events   | .0533  | .0528 |
| Recall@10 of positive hidden events | .1074  | .1074 |
| Low-rated hidden events in the ten  | .0711  | .0546 |

${wrapped('Low-rated items are recommended a quarter less often, and positive ones as often as before; NDCG@10 falls by 1 %. With the preset `linear`, low-rated items in the ten fall from .0552 to .0450, and NDCG@10 of positive ones falls from .0488 to .0459. If the rated items stay in the ranking, NDCG@10 of `learn` falls by .0021 (95 % interval .0002 to .0040). Low-rated films also tell what a user watches, and a model without them knows less. If only this counts, use `--ratings none`. Three stars count as positive, because leaving them out lowers validation NDCG@10 from .121 to .090 (preset `linear`, hidden events of 4 stars or more).')}

## Negative events

${wrapped('If the last positive or negative event of a user with an item is negative, the item is not recommended to this user. A later positive event with the same item ends that, for example if a film is watched again or an item is put back into the cart. This holds for requests with `user`, also with `includeHistory`. It does not hold for requests with `history`, which name no user. Evaluation leaves the same items out of the ranking of each case, at the moment of its target; a target among them gets the last rank.')}

## Repeats and implausible users

${wrapped('**Popularity counts people.** It is the number of users with a positive event of the item, in the service and in the baseline `popularity`. Two limits keep single users from outweighing all others:')}

- ${wrapped('**Repeats**: of the events of one user with one item, the first 10 are trained on (`--max-pair-events`). Histories keep all events.', '  ').trimStart()}
- ${wrapped('**Implausible users**: a user is left out of training, evaluation and popularity if they have more than 1,000 positive events, and also more than 20 times the 95th percentile of all users (`--max-user-events`). `train` names these users, and the manifest of the model has them under `leftOut`. They still get recommendations.', '  ').trimStart()}

## What is predicted

${wrapped('By default every positive event is predicted. `lorekeep train --target purchase,cart` predicts events of these types only. Other positive events are context: they stay in histories, but training does not predict them, and evaluation holds out only events of the target types. The linear model learns from all positive events; its settings are selected on the targets.')}
`;
