import { dayOf } from '../../shared/kernel/china-time.ts';
import { allCities } from '../cities/all-cities.ts';
import type { City } from '../cities/city.ts';
import { contexts } from '../contexts.ts';
import { machines } from '../machines.ts';
import { FolderLockedError } from './city-lock.ts';
import { type Demo, demoMerchants, demoOf, demoWeChatUsers, loadDemo, totpRoute } from './demo.ts';
import { readOptions, StartError, type StartOptions } from './options.ts';
import { type RunningCity, runCity } from './run-city.ts';
import { findBookable, type Suggestion, suggestions, welcome } from './what-next.ts';

/** One city on this machine, until it is told to stop. */
async function start(options: StartOptions): Promise<void> {
  const city = cityOf(options.city);
  const demo = demoOf(city.id);
  let running: RunningCity | undefined;
  const stop = async (code: number): Promise<void> => {
    await running?.stop();
    process.exit(code);
  };
  running = await runCity({
    ...options,
    city,
    contexts,
    machines,
    wechatUsers: demoWeChatUsers(demo),
    merchants: demoMerchants(demo),
    load: (deps, settle) => loadDemo(deps, settle, demo),
    routes: (deps) => [totpRoute(deps, demo)],
    onEngineLost: () => {
      console.error('the embedded DynamoDB has ended; the city stops');
      void stop(1);
    },
    ...(options.quiet
      ? {}
      : { onAnswer: ({ method, path, status, ms }) => console.log(`${status} ${method} ${path} ${ms} ms`) }),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(0));
  const { url, now } = running;
  const tries = options.quiet ? [] : await whatToTry(demo, url, now());
  console.log(options.quiet ? url : welcome({ cityName: city.name, url, folder: options.folder, tries }));
}

async function whatToTry(demo: Demo | undefined, url: string, nowMs: number): Promise<readonly Suggestion[]> {
  const today = dayOf(nowMs);
  const scheduleId = demo === undefined ? undefined : await findBookable(url, today);
  return scheduleId === undefined ? [] : suggestions({ url, today, scheduleId });
}

function cityOf(id: string): City {
  const city = allCities.find((one) => one.id === id);
  if (city !== undefined) return city;
  throw new StartError(`there is no city ${id}; there are: ${allCities.map((one) => one.id).join(', ')}`);
}

try {
  await start(readOptions(process.argv.slice(2), process.env));
} catch (error) {
  const explained = error instanceof StartError || error instanceof FolderLockedError;
  console.error(explained ? error.message : error);
  process.exit(1);
}
