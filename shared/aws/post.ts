import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export type Post = (headers: Readonly<Record<string, string>>, body: string) => Promise<Answer>;

/** A socket that stalls is given up long before the caller's own 15 seconds. */
const PATIENCE = { connectMs: 1_000, answerMs: 3_000 };
/** More at once wait for one another: a Lambda never has as many, the laptop's city may. */
const MOST_SOCKETS = 50;

/** Nobody answered in time. A write may have happened. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Posts to one endpoint over connections that are kept open. What goes wrong below HTTP comes as Node's error with its
 * `code`, silence as `TimeoutError`.
 */
export function createPost(
  endpoint: string,
  { connectMs, answerMs } = PATIENCE,
): { readonly post: Post; destroy(): void } {
  const { protocol, hostname, port } = new URL(endpoint);
  const options = { keepAlive: true, maxSockets: MOST_SOCKETS };
  const [agent, request] =
    protocol === 'http:' ? [new HttpAgent(options), httpRequest] : [new HttpsAgent(options), httpsRequest];
  const post: Post = (headers, body) =>
    new Promise((resolve, reject) => {
      const outgoing = request({ agent, hostname, port, method: 'POST', path: '/', headers });
      const giveUp = (): void => {
        reject(new TimeoutError('nobody answered in time'));
        outgoing.destroy();
      };
      const silence = setTimeout(giveUp, answerMs);
      outgoing.on('socket', (socket) => {
        if (!socket.connecting) return;
        const connecting = setTimeout(giveUp, connectMs);
        const stop = (): void => clearTimeout(connecting);
        socket.once('connect', stop).once('close', stop);
      });
      outgoing.on('response', (response) => void read(response).then(resolve, reject));
      outgoing.on('error', reject);
      outgoing.on('close', () => clearTimeout(silence));
      outgoing.end(body);
    });
  return { post, destroy: () => agent.destroy() };
}

function read(response: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
    );
    response.on('error', reject);
  });
}
