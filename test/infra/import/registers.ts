import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { onTestFinished } from 'vitest';
import { importFile } from '../../../infra/import/import-file.ts';
import type { Progress } from '../../../infra/import/progress-file.ts';
import type { RegisterName } from '../../../infra/import/registers.ts';
import type { TestCity } from '../../support/city.ts';
import { nameOf, numberOf } from '../../support/register.ts';

/** Registers of invented people, and the command that imports them. */

export const TOWN = 'hc-410425101';
export const VILLAGE = '410425101201';
export const TEAM = 'team-410425101-1';
export const RESIDENTS = ['姓名', '身份证号', '手机号', '居住地区划代码', '重点人群'];
export const SIGNINGS = [...RESIDENTS, '签约团队编号', '签约日期'];

export function residentRow(index: number, groups = ''): readonly string[] {
  return [nameOf(index), numberOf(index), '', VILLAGE, groups];
}

export function signingRow(index: number, signedOn: string, team = TEAM): readonly string[] {
  return [...residentRow(index), team, signedOn];
}

export function csvOf(rows: readonly (readonly string[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { record_delimiter: 'windows' },
  );
}

/** A file in a folder that goes with the test. */
export function fileOf(content: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'register-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'register.csv');
  writeFileSync(file, content);
  return file;
}

/** In this process. A one-time password is good once, so half a minute of the city's time passes first. */
export async function imported(
  city: TestCity,
  register: RegisterName,
  file: string,
  onPage: (progress: Progress) => void = () => {},
): Promise<Progress> {
  await city.clock.advance('PT31S');
  const options = { register, file, url: city.url, loginName: 'zhongtou-clerk' };
  return importFile(options, { start: () => {}, page: onPage });
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** As a person runs it. `until`: it is killed as soon as this file is there. */
export async function command(args: readonly string[], until?: () => boolean): Promise<Ended> {
  const main = join(import.meta.dirname, '../../../infra/import/main.ts');
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
  const watch = until === undefined ? undefined : setInterval(() => until() && child.kill('SIGKILL'), 5);
  const [code] = await once(child, 'exit');
  clearInterval(watch);
  return { code, out };
}

/** The rows of a file of faults, each by its titles. */
export function faultsIn(progress: Pick<Progress, 'faultsFile'>): readonly Record<string, string>[] {
  return parse(readFileSync(progress.faultsFile), { bom: true, columns: true });
}
