import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as contract from '../../functions/booking/contracts.ts';
import { showSchedule } from '../../functions/booking/find-schedules.ts';
import { allow, institution } from '../../shared/access/grants.ts';
import { route } from '../../shared/context.ts';
import type { Table } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { createApi } from '../../shared/http/api.ts';
import { createLog } from '../../shared/observability/log.ts';
import { createMetrics } from '../../shared/observability/metrics.ts';
import { addSchedule, HOSPITAL, LAMBDA } from '../contexts/booking/scene.ts';
import { httpEvent } from '../http/edge.ts';
import { staffToken } from '../http/logins.ts';
import { smallContext } from '../http/small-context.ts';
import { testDeps } from '../support/deps.ts';
import { median } from './median.ts';
import { usualStack } from './usual/usual-stack.ts';

const ROUNDS = 15;
/** Uncounted: what a container does while it is still being compiled is the cold bench's. */
const WARMING = 10;
const CALLS = 1_000;
const BAR = 2.5;

/**
 * What a stack adds to a use case: routing, a session that this container has checked before, access, parsing,
 * serialising, a log line, metrics. The use case shows one schedule of three slots from what was read before: nobody
 * calls a store. All log into nowhere.
 */
export async function warm(): Promise<boolean> {
  const child = fork(import.meta.filename, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [micros] = (await once(child, 'message')) as [Micros];
  const ratio = (name: keyof Micros): number => micros[name] / micros.bare;
  const row = (name: keyof Micros): object => ({
    'CPU µs a request': Number(micros[name].toFixed(1)),
    ratio: Number(ratio(name).toFixed(2)),
  });
  console.table({
    'the handler called bare': row('bare'),
    'through our stack': row('ours'),
    'through the usual stack, without session, access and validation': row('usual'),
  });
  console.log(`${ROUNDS} rounds of ${CALLS}: ${ratio('ours').toFixed(2)}; bar ${BAR}`);
  return ratio('ours') <= BAR;
}

type Handler = (event: APIGatewayProxyEventV2) => Promise<unknown>;
type Micros = Record<'ours' | 'usual' | 'bare', number>;

async function measure(): Promise<Micros> {
  const deps = testDeps({
    log: createLog({ service: 'demo', level: 'INFO' }),
    metrics: createMetrics({ city: 'demo' }),
  });
  const { scheduleId } = await addSchedule(deps, { slotCount: 3 });
  const known = remembering(deps);
  const show = (id: string): ReturnType<typeof showSchedule> => showSchedule(known, id);
  const api = createApi(
    smallContext([
      route({
        method: 'GET',
        path: '/things/institutions/{institutionId}/schedules/{scheduleId}',
        summary: '出诊详情与各时段余号',
        access: allow('nurse', institution()),
        request: { params: contract.deskParams },
        response: contract.scheduleView,
        handle: (_, { params }) => show(params.scheduleId),
      }),
    ]),
    deps,
  );
  const token = await staffToken(deps, 'nurse', { institutionId: HOSPITAL });
  const event = httpEvent({
    path: `/things/institutions/${HOSPITAL}/schedules/${scheduleId}`,
    headers: [['authorization', `Bearer ${token}`]],
  });
  const idIn = ({ rawPath }: APIGatewayProxyEventV2): string => rawPath.split('/').at(-1) ?? '';
  const usual = usualStack((given) => show(idIn(given)));
  const handlers: Record<keyof Micros, Handler> = {
    ours: (given) => api(given, LAMBDA),
    usual: (given) => usual(given, LAMBDA),
    bare: async (given) => ({ statusCode: 200, body: JSON.stringify(await show(idIn(given))) }),
  };
  const micros: Record<keyof Micros, number[]> = { ours: [], usual: [], bare: [] };
  for (let round = 0; round < WARMING + ROUNDS; round += 1) {
    for (const name of ['ours', 'usual', 'bare'] as const) {
      const each = await timed(handlers[name], event);
      if (round >= WARMING) micros[name].push(each);
    }
  }
  return { ours: median(micros.ours), usual: median(micros.usual), bare: median(micros.bare) };
}

/** Microseconds of processor time a call. */
async function timed(handler: Handler, event: APIGatewayProxyEventV2): Promise<number> {
  const before = process.cpuUsage();
  for (let call = 0; call < CALLS; call += 1) {
    const { statusCode } = Object(await handler({ ...event, headers: { ...event.headers } }));
    if (statusCode !== 200) throw new Error(`answers ${statusCode}`);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

/** The dependencies with a table that remembers its answers. */
function remembering(deps: Deps): Deps {
  const answers = new Map<string, ReturnType<Table['get']>>();
  const get: Table['get'] = (key, options) => {
    const name = `${key.pk}|${key.sk}`;
    const answer = answers.get(name) ?? deps.table.get(key, options);
    answers.set(name, answer);
    return answer;
  };
  return { ...deps, table: { ...deps.table, get } };
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) process.send(await measure());
