import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod/mini';
import { DATABASE, type DataFolder, openDataFolder } from '../../../infra/local/data-folder.ts';
import { startDatabase } from '../../../infra/local/database.ts';
import { StartError } from '../../../infra/local/options.ts';
import { stateFile } from '../../../infra/local/state-file.ts';
import { Teardown } from '../../../infra/local/teardown.ts';
import { tempFolder } from './temp-folder.ts';

function open(path: string, reset = false): DataFolder {
  const folder = openDataFolder(path, { city: 'demo', cityFile: { id: 'demo' }, url: 'http://here', reset });
  onTestFinished(() => folder.release());
  return folder;
}

describe('a data folder', () => {
  it('that a kill left before anything was in it is begun with', () => {
    const path = tempFolder();
    writeFileSync(join(path, 'city.json.draft'), '{"id":"de');
    expect(open(path).loaded).toBe(false);
    expect(readFileSync(join(path, 'city.json'), 'utf8')).toContain('"demo"');
    expect(readdirSync(path)).not.toContain('city.json.draft');
  });

  it.each(['', '{"id":"de', 'null', '{"id":7}'])('whose city file is %j is left alone, and named', (text) => {
    const path = tempFolder();
    writeFileSync(join(path, 'city.json'), text);
    writeFileSync(join(path, 'loaded'), '');
    for (const reset of [false, true]) {
      expect(() => open(path, reset)).toThrow(StartError);
      expect(() => open(path, reset)).toThrow(`${join(path, 'city.json')} is damaged`);
    }
    expect(readdirSync(path)).toEqual(['city.json', 'loaded']);
  });

  it('that is a file is said to be none', () => {
    const path = join(tempFolder(), 'file');
    writeFileSync(path, '');
    expect(() => open(path)).toThrow(StartError);
    expect(() => open('')).toThrow('name another by --data');
  });

  it('whose database is gone is not taken for one that was never filled', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    const path = tempFolder();
    const folder = { ...open(path), loaded: true };
    const start = startDatabase(
      { folder, tableName: 'demo-table', newItems: () => Promise.reject(new Error('not asked for')) },
      new Teardown(),
    );
    await expect(start).rejects.toThrow(`${join(path, DATABASE)} is gone; start again with --reset`);
  });

  it('with a damaged state says which file it is', () => {
    const path = join(tempFolder(), 'clock.json');
    writeFileSync(path, '{"offsetMs":1');
    const state = stateFile(path, z.object({ offsetMs: z.int() }), { offsetMs: 0 });
    expect(() => state.read()).toThrow(new StartError(`${path} is damaged; start again with --reset`));
  });
});
