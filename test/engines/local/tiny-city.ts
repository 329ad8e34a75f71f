import { demo } from '../../../infra/cities/demo.ts';
import { readOptions } from '../../../infra/local/options.ts';
import { runCity } from '../../../infra/local/run-city.ts';
import { tiny } from './tiny-context.ts';
import { TINY_MERCHANT, tinyPayment } from './tiny-payment.ts';

/** The laptop with two small contexts, for tests of the laptop itself. */
const { folder, port, reset } = readOptions(process.argv.slice(2), process.env);
const city = await runCity({
  city: demo,
  machines: [],
  contexts: [tiny, tinyPayment],
  folder,
  port,
  reset,
  wechatUsers: [],
  merchants: [{ mchid: TINY_MERCHANT, name: '小医院', feeBasisPoints: 0 }],
  load: async ({ table }) => {
    await table.update(
      { pk: 'tiny#diary', sk: 'entries' },
      { append: { entries: [{ what: 'loaded', at: '' }] } },
    );
    if (process.env['DIE_WHILE_LOADING'] === 'yes') process.kill(process.pid, 'SIGKILL');
  },
});
process.once('SIGTERM', async () => {
  await city.stop();
  process.exit(0);
});
console.log(city.url);
