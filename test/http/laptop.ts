import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import { cityListener } from '../../infra/local/http/city-listener.ts';
import type { ApiHandler } from '../../shared/http/api.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { lambdaContext } from './edge.ts';

/** The port of 127.0.0.1 at which the laptop's listener hands an API what comes, until the test ends. */
export async function onLaptop(api: ApiHandler, { clock }: { readonly clock: Clock }): Promise<number> {
  const server = createServer(
    cityListener({
      clock,
      pages: {},
      localRoutes: [],
      invokeApi: (_context, event) => api(event as APIGatewayProxyEventV2, lambdaContext),
    }),
  );
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
