import { createWorker } from '../../shared/worker.ts';
import { booking } from './context.ts';

export const handler = createWorker(booking);
