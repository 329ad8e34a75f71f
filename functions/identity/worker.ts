import { createWorker } from '../../shared/worker.ts';
import { identity } from './context.ts';

export const handler = createWorker(identity);
