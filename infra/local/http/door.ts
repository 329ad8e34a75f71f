import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from '../options.ts';
import { writeEdgeError } from './edge-event.ts';

/** The city's address, held from the first moment of a start. */
export interface Door {
  readonly url: string;
  /** Until then every request is answered 503. */
  open(listener: RequestListener): void;
  /** No new request comes in; those under way are answered, or cut off after two seconds. */
  close(): Promise<void>;
}

const CLOSING_MS = 2_000;

/** @throws StartError when the port is taken */
export async function holdDoor(port: number): Promise<Door> {
  let listener: RequestListener = (_request, response) =>
    writeEdgeError(response, 503, 'the city is starting');
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(explained(cause, port)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: (opened) => {
      listener = opened;
    },
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function explained(cause: NodeJS.ErrnoException, port: number): Error {
  if (cause.code === 'EADDRINUSE') {
    return new StartError(
      `port ${port} is taken: stop what listens there, or choose another: PORT=0 npm start`,
    );
  }
  if (cause.code === 'EACCES') return new StartError(`port ${port} is not allowed: choose one above 1023`);
  return cause;
}
