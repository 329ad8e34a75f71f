import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCity, type TestCity } from '../../support/city.ts';
import { tempFolder } from './temp-folder.ts';

const script = join(import.meta.dirname, 'errand-city.ts');

async function errandCity(folder: string, env: Record<string, string> = {}): Promise<TestCity> {
  const city = await startCity({ script, args: [], folder, env });
  onTestFinished(() => city.stop());
  return city;
}

async function ask(city: TestCity, errandId: string, days: number): Promise<void> {
  const { status } = await city.http('PUT', `/errand/errands/${errandId}`, { body: { days } });
  expect(status).toBe(200);
  await city.clock.advance('PT0S');
}

async function answer(city: TestCity, errandId: string, agreed: boolean): Promise<void> {
  await city.http('PUT', `/errand/errands/${errandId}/answer`, { body: { agreed } });
  await city.clock.advance('PT0S');
}

async function stepsOf(city: TestCity, errandId: string): Promise<readonly string[]> {
  const { body } = await city.http('GET', `/errand/errands/${errandId}`);
  return (body as { steps: string[] }).steps.toSorted();
}

async function runningIn(city: TestCity): Promise<number> {
  const { body } = await city.http('GET', '/local/status');
  return (body as { workflowsRunning: number }).workflowsRunning;
}

describe("a city's workflows on the laptop", () => {
  it('call the workers, wait for a person, and go on as the clock is moved', async () => {
    const city = await errandCity(tempFolder());
    for (const errandId of ['yes', 'no', 'silent']) await ask(city, errandId, 30);
    expect(await stepsOf(city, 'yes')).toEqual(['asked', 'started']);
    await answer(city, 'yes', true);
    await answer(city, 'no', false);
    expect(await stepsOf(city, 'yes')).toEqual(['asked', 'run', 'sent', 'started']);
    expect(await stepsOf(city, 'no')).toEqual(['asked', 'drop', 'sent', 'started']);
    await city.clock.advance('P29D');
    expect(await stepsOf(city, 'silent')).toEqual(['asked', 'started']);
    expect(await runningIn(city)).toBe(1);
    expect(await city.clock.advance('P1D')).toMatchObject({ settled: true });
    expect(await stepsOf(city, 'silent')).toEqual(['asked', 'drop', 'started']);
    expect(await runningIn(city)).toBe(0);
    await answer(city, 'silent', true);
    expect(await stepsOf(city, 'silent')).toEqual(['asked', 'drop', 'gone', 'started']);
  });

  it('are out of reach of HTTP functions, as on AWS', async () => {
    const city = await errandCity(tempFolder());
    const { body } = await city.http('PUT', '/errand/errands/a/start-here');
    expect(body).toEqual({ error: 'WorkflowsOutOfReach' });
  });

  it('survive a kill while a person is awaited, and finish on the definition they began with', async () => {
    const folder = tempFolder();
    const first = await errandCity(folder);
    await ask(first, 'old', 30);
    await ask(first, 'late', 30);
    await first.kill9();
    const second = await errandCity(folder, { ERRAND_VERSION: '2' });
    await answer(second, 'old', true);
    await ask(second, 'new', 30);
    await answer(second, 'new', true);
    expect(await stepsOf(second, 'old')).toEqual(['asked', 'run', 'sent', 'started']);
    expect(await stepsOf(second, 'new')).toEqual(['asked', 'run-new', 'sent', 'started']);
    await second.clock.advance('P30D');
    expect(await stepsOf(second, 'late')).toEqual(['asked', 'drop', 'started']);
  });
});
