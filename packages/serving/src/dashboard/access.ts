/**
 * What the dashboard's routes ask of their caller, as `config` of a route. The figures are for those
 * who run the shop. The page itself holds no figure.
 */
export const ADMIN = { config: { scope: 'admin' } as object };
export const PUBLIC = { config: { scope: 'public' } as object };
