import { createApi } from '../../shared/http/api.ts';
import { report } from './context.ts';

export const handler = createApi(report);
