import { createWorker } from '../../shared/worker.ts';
import { payment } from './context.ts';

export const handler = createWorker(payment);
