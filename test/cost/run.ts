import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { page } from './page.ts';

/** `npm run cost`: writes the page anew. */
writeFileSync(join(import.meta.dirname, '../../docs/cost.md'), page());
console.log('docs/cost.md');
