/**
 * The load generator, in a process of its own. With a `rate` it is an open loop: request n is due at
 * start + n / rate, whatever became of the requests before it, and its time counts from that moment
 * until the last byte of its answer. A service that stalls therefore pays for every request that was
 * due meanwhile (no coordinated omission). What the generator itself is late counts too; it is
 * reported as `late`. Without a rate it is a closed loop: each of the connections sends its next
 * request as soon as it has its answer, which finds the most that a service can do.
 *
 * Its own client writes prepared bytes to kept-alive connections and reads status and length of the
 * answers: an ordinary client would take as much processor time as some of the services.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer } from '../../measure/child-answer.ts';
import { raisePriority } from '../../measure/priority.ts';

export interface LoadWork {
  /** `http://127.0.0.1:7070` */
  address: string;
  path: string;
  /** Sent in turn. */
  bodies: readonly unknown[];
  connections: number;
  seconds: number;
  /** Of a closed loop: ends after so many, or after `seconds`. Default: no limit. */
  requests?: number;
  /** Requests per second. Default: as many as are answered. */
  rate?: number;
}

export interface LoadResult {
  requests: number;
  perSecond: number;
  /** Answers with another status than 200, and connections that broke. */
  errors: number;
  p50: number;
  p99: number;
  max: number;
  /** Median of what the generator was late. */
  late: number;
}

await answer<LoadWork, LoadResult>(async (work) => {
  raisePriority();
  return work.rate === undefined ? closedLoop(work) : openLoop(work, work.rate);
});

async function openLoop(work: LoadWork, rate: number): Promise<LoadResult> {
  const requests = requestsOf(work);
  const idle = await Promise.all(Array.from({ length: work.connections }, () => openClient(work.address)));
  const due: number[] = [];
  const times: number[] = [];
  const lates: number[] = [];
  let errors = 0;
  let sent = 0;
  let open = 0;
  const started = performance.now();
  const total = Math.floor(work.seconds * rate);

  function pump(): void {
    while (due.length > 0 && idle.length > 0) {
      const at = due.shift() as number;
      const client = idle.pop() as Client;
      lates.push(performance.now() - at);
      open++;
      client.send(requests[sent++ % requests.length]).then(
        (status) => {
          times.push(performance.now() - at);
          if (status !== 200) errors++;
          open--;
          idle.push(client);
          pump();
        },
        () => {
          errors++;
          open--;
        },
      );
    }
  }

  for (let next = 0; next < total; ) {
    const now = performance.now();
    for (; next < total && started + (next / rate) * 1000 <= now; next++) due.push(started + (next / rate) * 1000);
    pump();
    await sleep(1);
  }
  const last = performance.now() + 10_000;
  while ((open > 0 || due.length > 0) && performance.now() < last) await sleep(5);
  const seconds = (performance.now() - started) / 1000;
  for (const client of idle) client.close();
  return summary(times, errors + open + due.length, seconds, lates);
}

async function closedLoop(work: LoadWork): Promise<LoadResult> {
  const requests = requestsOf(work);
  const times: number[] = [];
  let errors = 0;
  let sent = 0;
  const started = performance.now();
  const until = started + work.seconds * 1000;
  const most = work.requests ?? Number.POSITIVE_INFINITY;
  await Promise.all(
    Array.from({ length: work.connections }, async () => {
      const client = await openClient(work.address);
      while (performance.now() < until && sent < most) {
        const from = performance.now();
        const status = await client.send(requests[sent++ % requests.length]);
        times.push(performance.now() - from);
        if (status !== 200) errors++;
      }
      client.close();
    }),
  );
  return summary(times, errors, (performance.now() - started) / 1000, [0]);
}

function summary(times: number[], errors: number, seconds: number, lates: number[]): LoadResult {
  const sorted = Float64Array.from(times).sort();
  const quantile = (q: number) => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
  return {
    requests: times.length,
    perSecond: times.length / seconds,
    errors,
    p50: quantile(0.5),
    p99: quantile(0.99),
    max: quantile(1),
    late: Float64Array.from(lates).sort()[lates.length >> 1] ?? 0,
  };
}

function requestsOf({ address, path, bodies }: LoadWork): Buffer[] {
  const { host } = new URL(address);
  return bodies.map((body) => {
    const text = JSON.stringify(body);
    const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n`;
    return Buffer.from(`${head}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  });
}

interface Client {
  /** Resolves with the status when the whole answer is there. One request at a time. */
  send(request: Buffer): Promise<number>;
  close(): void;
}

async function openClient(address: string): Promise<Client> {
  const { hostname, port } = new URL(address);
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  let received = Buffer.alloc(0);
  const fail = (error: Error) => {
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  socket.on('data', (piece) => {
    received = received.length === 0 ? piece : Buffer.concat([received, piece]);
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const text = received.toString('latin1', 0, head);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
    if (received.length < head + 4 + length) return;
    received = Buffer.alloc(0);
    const answered = waiting;
    waiting = undefined;
    answered?.resolve(Number(text.slice(9, 12)));
  });
  return {
    send(request) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      });
    },
    close: () => socket.destroy(),
  };
}
