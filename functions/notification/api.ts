import { createApi } from '../../shared/http/api.ts';
import { notification } from './context.ts';

export const handler = createApi(notification);
