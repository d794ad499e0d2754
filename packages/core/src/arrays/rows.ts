/**
 * Row numbers that say which table they belong to. The same item has one row in the catalogue,
 * another in the training log and a third in a model; all are numbers. A row of one table cannot be
 * passed where a row of another is expected, while a plain number, such as an element of a typed
 * array, can be given either meaning.
 *
 * @example
 * type CatalogueRow = RowOf<'catalogue'>;
 */
export type RowOf<Table extends string> = number & { readonly table?: Table };

/** A row of the log that a model was trained on, and of every table that was made in training. */
export type TrainedRow = RowOf<'training log'>;
