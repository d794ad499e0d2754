/** The OpenAPI document that the code serves now. */
import { createServer } from '@lorekeep/serving';

export async function servedDocument(): Promise<object> {
  // The document is answered while the model is loading; here it never finishes loading.
  const server = createServer(new Promise<never>(() => {}), { port: 0, logLevel: 'silent', watchInterval: 0 });
  try {
    const address = await server.listen();
    return (await (await fetch(`${address}/openapi.json`)).json()) as object;
  } finally {
    await server.close();
  }
}
