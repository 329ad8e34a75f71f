import type { Table } from '../../shared/data/table.ts';

/** The table with a look at it after every write; a transaction counts as one. */
export function watchedTable(table: Table, look: () => void): Table {
  const after = <T>(answer: T): T => {
    look();
    return answer;
  };
  return {
    get: (...args) => table.get(...args),
    getMany: (...args) => table.getMany(...args),
    query: (...args) => table.query(...args),
    put: (...args) => after(table.put(...args)),
    update: (...args) => after(table.update(...args)),
    delete: (...args) => after(table.delete(...args)),
    transact: (...args) => after(table.transact(...args)),
  };
}
