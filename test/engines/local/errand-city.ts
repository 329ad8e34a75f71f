import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demo } from '../../../infra/cities/demo.ts';
import { readOptions } from '../../../infra/local/options.ts';
import { runCity } from '../../../infra/local/run-city.ts';
import { DefinitionFile } from '../../../infra/workflows/definition.ts';
import { errand } from './errand-context.ts';

/** The laptop with one context that has a machine. `ERRAND_VERSION=2`: the next version of it. */
const { folder, port, reset } = readOptions(process.argv.slice(2), process.env);
const yaml = readFileSync(join(import.meta.dirname, 'errand', 'errand.asl.yaml'), 'utf8');
const isNew = process.env['ERRAND_VERSION'] === '2';
const city = await runCity({
  city: demo,
  contexts: [errand],
  machines: [
    {
      name: 'errand',
      owner: 'errand',
      definition: new DefinitionFile('errand', isNew ? yaml.replace('task: run,', 'task: run-new,') : yaml),
    },
  ],
  folder,
  port,
  reset,
  wechatUsers: [],
  merchants: [],
  load: async () => {},
});
process.once('SIGTERM', async () => {
  await city.stop();
  process.exit(0);
});
console.log(city.url);
