import { createWorker } from '../../shared/worker.ts';
import { report } from './context.ts';

export const handler = createWorker(report);
