/** Options of the linear model. λ, β and decay are not options, because validation selects them. */
import { whole } from '@lorekeep/core';

export const linearOptions = {
  neighboursPerItem: whole(
    200,
    [0, 5000],
    'Neighbours that the linear model keeps per item. 0 means no linear model. Requires `items.id`.',
  ),
};
