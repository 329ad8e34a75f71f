import { test } from 'vitest';
import { runOrders } from './interleaving-orders.ts';

test(
  'P1–P6 hold after every write of 2,500 orders under all of WeChat’s faults, and in the end the books agree (1 of 2)',
  {
    timeout: 900_000,
  },
  () => runOrders(1, 2_500),
);
