import { createMemoryTable } from '../../../shared/data/memory-table.ts';
import type { Consumed, Item, Table } from '../../../shared/data/table.ts';
import { startTableEngine } from '../../support/table-engine.ts';

export interface RunningTarget {
  readonly table: Table;
  /** What `onConsumed` was told, oldest first. */
  readonly consumed: Consumed[];
  stop(): Promise<void>;
}

export interface Target {
  readonly name: string;
  /** True of the embedded engine, whose known differences are left out. */
  readonly embedded: boolean;
  start(): Promise<RunningTarget>;
}

const given = process.env['TABLE_TEST_ENDPOINT'];

/** Every suite runs on both; TABLE_TEST_ENDPOINT puts another engine in the place of the embedded one. */
export const targets: readonly Target[] = [
  {
    name: 'in memory',
    embedded: false,
    start: async () => {
      const consumed: Consumed[] = [];
      const table = createMemoryTable({ onConsumed: (each) => consumed.push(each) });
      return { table, consumed, stop: () => Promise.resolve() };
    },
  },
  {
    name: given === undefined ? 'on the embedded engine' : 'on the given endpoint',
    embedded: given === undefined,
    start: async () => {
      const consumed: Consumed[] = [];
      const { table, stop } = await startTableEngine({ onConsumed: (each) => consumed.push(each) });
      return { table, consumed, stop };
    },
  },
];

let keys = 0;

/** A key no other case uses. */
export function freshKey(): { pk: string; sk: string } {
  keys += 1;
  return { pk: `test#${process.pid}-${keys}`, sk: 'item' };
}

/** What is left of an item without its key. */
export function body(item: Item | undefined): object | undefined {
  if (item === undefined) return undefined;
  const { pk: _pk, sk: _sk, ...rest } = item;
  return rest;
}

/** A value in a title; JSON alone would not tell −0 from 0. */
export function said(value: unknown): string {
  return String(JSON.stringify(value, (_name, each) => (Object.is(each, -0) ? '-0' : each)));
}
