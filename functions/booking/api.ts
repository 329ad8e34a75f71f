import { createApi } from '../../shared/http/api.ts';
import { booking } from './context.ts';

export const handler = createApi(booking);
