// Written by `pnpm contract` from docs/reference/openapi.json.

/** Method and path of every operation. */
export const OPERATIONS = {
  appendEvents: ['POST', '/v1/events'],
  createKey: ['POST', '/v1/keys'],
  deleteEvents: ['DELETE', '/v1/events'],
  deleteItem: ['DELETE', '/v1/items/{id}'],
  deleteItems: ['POST', '/v1/items/delete'],
  deleteUser: ['DELETE', '/v1/users/{id}'],
  getItem: ['GET', '/v1/items/{id}'],
  getUser: ['GET', '/v1/users/{id}'],
  health: ['GET', '/healthz'],
  knowledge: ['POST', '/v1/knowledge'],
  listKeys: ['GET', '/v1/keys'],
  metrics: ['GET', '/metrics'],
  rank: ['POST', '/v1/rank'],
  ready: ['GET', '/readyz'],
  recommend: ['POST', '/v1/recommend'],
  revokeKey: ['DELETE', '/v1/keys/{id}'],
  rotateKey: ['POST', '/v1/keys/{id}/rotate'],
  similarItems: ['GET', '/v1/items/{id}/similar'],
  similarItemsThatPass: ['POST', '/v1/items/{id}/similar'],
  upsertItems: ['POST', '/v1/items'],
  upsertUsers: ['POST', '/v1/users'],
} as const;
