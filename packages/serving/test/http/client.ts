/** A client that sees everything: status, headers, body; and one that sends bytes as they are. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';

export interface Answer {
  status: number;
  headers: Headers;
  body: any;
}

export interface Client {
  get(path: string, init?: RequestInit): Promise<Answer>;
  /** @param value a string or bytes are sent as they are, anything else as JSON */
  post(path: string, value: unknown, type?: string): Promise<Answer>;
  /** Sends `pieces` over one connection and returns what arrives until the service closes it. */
  raw(...pieces: (string | Uint8Array)[]): Promise<string>;
}

/** Options of a server for tests. */
export const QUIET = { port: 0, logLevel: 'silent', watchInterval: 0 };

export function clientOf(address: string): Client {
  async function send(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(address + path, init);
    const text = await response.text();
    const json = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }
  return {
    get: (path, init = {}) => send(path, init),
    post: (path, value, type = 'application/json') => {
      const body = typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value);
      return send(path, { method: 'POST', body: body as RequestInit['body'], headers: { 'content-type': type } });
    },
    raw: (...pieces) =>
      new Promise((resolve, reject) => {
        const { port, hostname } = new URL(address);
        const socket = connect(Number(port), hostname, () => {
          for (const piece of pieces) socket.write(piece);
        });
        let received = '';
        socket.on('data', (chunk) => {
          received += chunk;
        });
        socket.on('end', () => resolve(received));
        socket.on('error', reject);
      }),
  };
}

/** Asserts an error in the documented shape. */
export function refused(answer: Answer, status: number, code: string, path?: string): void {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  isProblem(answer.body, status, code);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  const id = answer.headers.get('x-request-id');
  assert.ok(id);
  assert.equal(answer.body.instance, `urn:lorekeep:request:${id}`);
  assert.doesNotMatch(JSON.stringify(answer.body), /\bat .*\.(ts|js):\d+|node_modules/);
  if (path !== undefined) assert.equal(answer.body.error.details.issues[0].path, path);
}

/** Asserts problem details (RFC 9457), and that `error` says the same as they do. */
export function isProblem(body: any, status: number, code: string): void {
  const { type, title, detail, instance, hint, error, ...rest } = body;
  assert.deepEqual(rest, { status, code });
  assert.equal(type, `urn:lorekeep:error:${code}`);
  assert.ok(title.length > 0 && detail.length > 0 && (instance === undefined || URL.canParse(instance)));
  const { details, ...said } = error;
  assert.ok(details === undefined || Object.keys(details).length > 0);
  assert.deepEqual(said, { code, message: detail, ...(hint === undefined ? {} : { hint }) });
}
