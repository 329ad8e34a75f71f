import { createWorker } from '../../shared/worker.ts';
import { followup } from './context.ts';

export const handler = createWorker(followup);
