import { createWorker } from '../../shared/worker.ts';
import { directory } from './context.ts';

export const handler = createWorker(directory);
