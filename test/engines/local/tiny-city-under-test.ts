import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type CityOptions, startCity, type TestCity } from '../../support/city.ts';

export const TINY_CITY = join(import.meta.dirname, 'tiny-city.ts');

export interface DiaryEntry {
  readonly what: string;
  readonly at: string;
}

/** A tiny city that ends with the test, however that ends. */
export async function tinyCity(options: CityOptions = {}): Promise<TestCity> {
  const city = await startCity({ script: TINY_CITY, args: [], ...options });
  onTestFinished(() => city.stop());
  return city;
}

export async function note(city: TestCity, noteId: string, text: string, ringAt?: string): Promise<number> {
  const body = { text, ...(ringAt === undefined ? {} : { ringAt }) };
  return (await city.http('PUT', `/tiny/notes/${noteId}`, { body })).status;
}

/** What the worker of the tiny context has done, oldest first. */
export async function diary(city: TestCity): Promise<readonly DiaryEntry[]> {
  const { body } = await city.http('GET', '/tiny/diary');
  return (body as { entries: DiaryEntry[] }).entries;
}

export async function diaryLines(city: TestCity, beginning: string): Promise<readonly string[]> {
  return (await diary(city)).map(({ what }) => what).filter((what) => what.startsWith(beginning));
}

export async function setFaults(city: TestCity, faults: object): Promise<void> {
  await city.http('POST', '/local/faults', { body: faults });
}
