import { createApi } from '../../shared/http/api.ts';
import { payment } from './context.ts';

export const handler = createApi(payment);
