import { enableCompileCache } from 'node:module';
import { plantNamed } from '../mutants/plant.ts';
import type { Order } from './messages.ts';

/** One process of a search, told by its parent which seeds to try: `searcher.ts WORKFLOW [MUTANT]`. */
// A process lives for a second or two: half of that is reading what the last one has read.
enableCompileCache();
const [workflow = '', mutant] = process.argv.slice(2);
plantNamed(mutant);
// Only now: what was read before is read without the bug.
const { openSearch } = await import('./search.ts');
const search = await openSearch(workflow);

process.on('message', (order: Order) => {
  void search(order).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
