import { createWorker } from '../../shared/worker.ts';
import { notification } from './context.ts';

export const handler = createWorker(notification);
