/** Options of the linear model. Its λ, β and decay are no options: validation chooses them. */
import { whole } from '@lorekeep/core';

export const linearOptions = {
  neighboursPerItem: whole(
    200,
    [0, 5000],
    'SparseRows that the exactly solved linear model keeps of each item. 0 solves no linear model. Needs `items.id`. Catalogues of more than 40,000 items have no linear model.',
  ),
};
