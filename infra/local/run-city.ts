import type { Context } from '../../shared/context.ts';
import { createDeps, type Deps } from '../../shared/deps.ts';
import { readEnv } from '../../shared/env.ts';
import { noMetrics } from '../../shared/observability/metrics.ts';
import type { City } from '../cities/city.ts';
import type { Machine } from '../machines.ts';
import { startTime } from './clock/start-time.ts';
import { VirtualClock } from './clock/virtual-clock.ts';
import { openDataFolder } from './data-folder.ts';
import { startDatabase } from './database.ts';
import { timerChangeOf } from './events/bus-event.ts';
import { DeadLetters } from './events/dead-letters.ts';
import { startPump } from './events/start-pump.ts';
import { createFunctions } from './functions-in-process.ts';
import type { AnswerLine } from './http/city-listener.ts';
import { holdDoor } from './http/door.ts';
import type { LocalRoute } from './http/local-route.ts';
import { openCity } from './http/open-city.ts';
import { laptopCityFile } from './laptop-city.ts';
import { type Load, newCityItems } from './new-city.ts';
import { openObjects } from './objects/open-objects.ts';
import { operateMessages } from './operate-messages.ts';
import { watchProcess } from './processes.ts';
import { startProviders } from './providers.ts';
import { Teardown } from './teardown.ts';
import { DueTimers, sweptCount } from './timers/due-timers.ts';
import type { WeChatUser } from './wechat/mini-program.ts';
import type { LaptopMerchant } from './wechat/pay/laptop.ts';
import { operatePay } from './wechat/pay/operator.ts';
import { localArnPrefix, startWorkflows } from './workflows.ts';

export interface CityPlan {
  readonly city: City;
  readonly contexts: readonly Context[];
  readonly machines: readonly Machine[];
  readonly folder: string;
  /** 0: any free one. */
  readonly port: number;
  readonly reset: boolean;
  readonly wechatUsers: readonly WeChatUser[];
  /** Who takes money by WeChat Pay. */
  readonly merchants: readonly LaptopMerchant[];
  /** Fills a new city. What it left half done when it was killed is thrown away before it is called again. */
  readonly load: Load;
  /** More of the laptop's own routes. */
  readonly routes?: (deps: Deps) => readonly LocalRoute[];
  readonly onAnswer?: (line: AnswerLine) => void;
  /** The engine ended by itself: the city can only be stopped. */
  readonly onEngineLost?: () => void;
}

export interface RunningCity {
  readonly url: string;
  /** The city's time, epoch milliseconds. */
  now(): number;
  stop(): Promise<void>;
}

/** One city, whole, in this process and an engine beside it. @throws StartError, FolderLockedError */
export async function runCity(plan: CityPlan): Promise<RunningCity> {
  const teardown = new Teardown();
  try {
    return await start(plan, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function start(plan: CityPlan, teardown: Teardown): Promise<RunningCity> {
  const { city, contexts } = plan;
  const door = await holdDoor(plan.port);
  teardown.add(() => door.close());
  const folder = openDataFolder(plan.folder, {
    city: city.id,
    cityFile: laptopCityFile(city),
    url: door.url,
    reset: plan.reset,
  });
  teardown.add(() => folder.release());
  const clock = new VirtualClock(`${folder.path}/clock.json`);
  const served = { ...plan, folder: folder.path, clock, url: door.url };
  const { wechat, sms, ...later } = await startProviders(served, teardown);
  const objects = openObjects(served);
  const envWith = (payUrl: string) => envOf(plan, folder.cityFile, { wechat: wechat.url, pay: payUrl });
  const engine = await startDatabase(
    {
      folder,
      tableName: tableNameOf(city),
      newItems: () =>
        newCityItems({
          ...plan,
          city: city.id,
          clock,
          depsOver: (table) => createDeps(envWith(NOWHERE), { clock, table, objects: objects.store }),
        }),
    },
    teardown,
  );
  teardown.add(watchProcess(engine.pid, () => plan.onEngineLost?.()));
  const pay = await later.pay;
  const env = envWith(pay.standIn.url);
  const deps = createDeps(env, { clock, objects: objects.store, metrics: noMetrics });
  const payRoutes = await operatePay(deps, pay);
  await operateMessages(deps, sms);

  const stopping = new AbortController();
  const letters = new DeadLetters(`${folder.path}/dead-letters.jsonl`);
  const functions = createFunctions(city.id, contexts, deps);
  const shared = { contexts, clock, letters, folder: folder.path, signal: stopping.signal, ...functions };
  const timers = new DueTimers({
    contexts,
    sweep: async (context) => sweptCount(await functions.invokeWorker(context, { sweep: true })),
  });
  await timers.load(deps.table);
  const { pump, streamFaults } = await startPump({
    ...shared,
    onRecord: (record) => timers.follow(timerChangeOf(record)),
    city: city.id,
    region: city.region,
    tableName: env.TABLE_NAME,
  });
  teardown.add(() => pump.stop());
  const workflows = await startWorkflows({ ...plan, ...shared, city: city.id }, teardown);
  const { machine, stop } = startTime({
    ...shared,
    timers,
    drain: () => pump.drain(),
    agendas: [workflows, pay.standIn.agenda],
  });
  teardown.add(stop);
  teardown.add(() => stopping.abort());

  const { onAnswer, routes } = plan;
  const moreRoutes = [...payRoutes, ...(routes?.(deps) ?? [])];
  const running = {
    city,
    functions,
    machine,
    timers,
    workflows,
    pump,
    streamFaults,
    engine,
    wechat,
    sms,
    pay: pay.standIn,
    objects: objects.serve,
  };
  openCity(door, { ...shared, ...running, moreRoutes, onAnswer });
  // First of all steps of a stop: what is asked for must be answered while everything still runs.
  teardown.add(() => door.close());
  return { url: door.url, now: () => clock.now(), stop: () => teardown.run() };
}

/** While a city is filled nobody pays: WeChat Pay may still be making its keys. */
const NOWHERE = 'http://127.0.0.1:9';

function tableNameOf({ id }: City): string {
  return `${id}-table`;
}

function envOf(
  { city }: CityPlan,
  cityFile: string,
  urls: { readonly wechat: string; readonly pay: string },
) {
  return readEnv({
    CITY: city.id,
    CITY_FILE: cityFile,
    TABLE_NAME: tableNameOf(city),
    KEY_ID: `alias/${city.id}`,
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'ERROR',
    WECHAT_ENDPOINT: process.env['WECHAT_ENDPOINT'] ?? urls.wechat,
    STATE_MACHINE_ARN_PREFIX: process.env['STATE_MACHINE_ARN_PREFIX'] ?? localArnPrefix(city.id),
    WECHAT_PAY_ENDPOINT: process.env['WECHAT_PAY_ENDPOINT'] ?? urls.pay,
  });
}
