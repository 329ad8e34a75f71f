import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { startCity } from '../support/city.ts';
import type { JourneyModule } from './journey.ts';
import { explained, Narrator } from './narrator.ts';

/** `npm run journey -- <name>…`: walks through a fresh city and says what it does. */
const MACHINERY = ['run', 'journey', 'narrator'];
const DEFAULT = ['booking', 'payment'];

const names = globSync('*.ts', { cwd: import.meta.dirname })
  .map((file) => basename(file, '.ts'))
  .filter((name) => !MACHINERY.includes(name))
  .toSorted();

const narrator = new Narrator(console.log);

async function walk(name: string): Promise<void> {
  const { journey }: JourneyModule = await import(`./${name}.ts`);
  const city = await startCity();
  try {
    await journey({ city, step: narrator.step });
  } finally {
    await city.stop();
  }
}

async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`no journey ${unknown.join(', ')}; there are: ${names.join(', ')}`);
  for (const name of asked) await walk(name);
  console.log(`journey complete: ${narrator.steps} steps`);
}

try {
  const asked = process.argv.slice(2);
  await main(asked.length === 0 ? DEFAULT : asked);
} catch (error) {
  console.error(explained(error));
  process.exitCode = 1;
}
