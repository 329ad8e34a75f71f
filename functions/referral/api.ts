import { createApi } from '../../shared/http/api.ts';
import { referral } from './context.ts';

export const handler = createApi(referral);
