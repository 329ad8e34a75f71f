import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type Frame, isReady, tokenOf, wakeAt } from './frame.ts';
import type { JsonObject } from './json.ts';

export interface MachineRow {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
  readonly revision: number;
}
/** One version of a machine. Executions point at theirs, so that an update does not touch them. */
export interface Revision {
  readonly machineArn: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly createdAt: number;
}
export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
export interface Execution {
  readonly arn: string;
  readonly machineArn: string;
  readonly name: string;
  readonly revision: number;
  readonly status: Status;
  /** As it was given, byte for byte. */
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly startedAt: number;
  readonly stoppedAt?: number;
  readonly deadline: number;
  readonly lastEvent: number;
  /** The task of another execution that waits for this one. */
  readonly awaitedBy?: { readonly execution: number; readonly frame: string };
}
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly at: number;
  readonly details?: { readonly field: string; readonly value: JsonObject };
}
export type Known<T> = T & { readonly key: number };

const SCHEMA = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS machines (arn TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS revisions (key INTEGER PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS executions (key INTEGER PRIMARY KEY, arn TEXT UNIQUE NOT NULL,
    machine TEXT NOT NULL, status TEXT NOT NULL, stopped INTEGER, wake INTEGER, body TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS by_machine ON executions (machine, key);
  CREATE INDEX IF NOT EXISTS by_deadline ON executions (wake) WHERE wake IS NOT NULL;
  CREATE INDEX IF NOT EXISTS by_stop ON executions (stopped) WHERE stopped IS NOT NULL;
  CREATE TABLE IF NOT EXISTS frames (execution INTEGER NOT NULL, id TEXT NOT NULL, turn INTEGER,
    wake INTEGER, token TEXT UNIQUE, phase TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (execution, id));
  CREATE INDEX IF NOT EXISTS by_turn ON frames (turn) WHERE turn IS NOT NULL;
  CREATE INDEX IF NOT EXISTS by_wake ON frames (wake) WHERE wake IS NOT NULL;
  CREATE INDEX IF NOT EXISTS by_call ON frames (phase) WHERE phase = 'calling';
  CREATE TABLE IF NOT EXISTS events (execution INTEGER NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (execution, id)) WITHOUT ROWID;`;

/** All the engine knows, in one SQLite file. Nothing is kept in memory, so a killed process loses nothing. */
export class Store {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #turn: number;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(SCHEMA);
    this.#turn = Number(this.#row('SELECT max(turn) AS top FROM frames')?.['top'] ?? 0);
  }

  begin(): void {
    this.write('BEGIN IMMEDIATE');
  }
  commit(): void {
    this.write('COMMIT');
  }
  rollback(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }
  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  machine(arn: string): MachineRow | undefined {
    return this.#body<MachineRow>('SELECT body FROM machines WHERE arn = ?', arn);
  }
  machines(): readonly MachineRow[] {
    return this.#bodies<MachineRow>('SELECT body FROM machines ORDER BY arn');
  }
  putMachine({ arn, name, createdAt, revision }: MachineRow): void {
    const body = JSON.stringify({ arn, name, createdAt, revision });
    this.write('INSERT OR REPLACE INTO machines (arn, body) VALUES (?, ?)', arn, body);
  }
  revision(key: number): Revision {
    return found(this.#body<Revision>('SELECT body FROM revisions WHERE key = ?', key));
  }
  addRevision(revision: Revision): number {
    return this.write('INSERT INTO revisions (body) VALUES (?)', JSON.stringify(revision));
  }

  execution(key: number): Known<Execution> {
    return found(this.#executions('SELECT key, body FROM executions WHERE key = ?', key)[0]);
  }
  executionByArn(arn: string): Known<Execution> | undefined {
    return this.#executions('SELECT key, body FROM executions WHERE arn = ?', arn)[0];
  }
  /** Newest first. */
  executionsOf(machineArn: string, status: Status | undefined): readonly Known<Execution>[] {
    const sql = 'SELECT key, body FROM executions WHERE machine = ?1 AND (?2 IS NULL OR status = ?2)';
    return this.#executions(`${sql} ORDER BY key DESC`, machineArn, status ?? null);
  }
  running(): number {
    return Number(this.#row('SELECT count(*) AS count FROM executions WHERE stopped IS NULL')?.['count']);
  }
  addExecution(execution: Execution): Known<Execution> {
    const { arn, machineArn, status, deadline } = execution;
    const sql = 'INSERT INTO executions (arn, machine, status, wake, body) VALUES (?, ?, ?, ?, ?)';
    const key = this.write(sql, arn, machineArn, status, deadline, JSON.stringify(execution));
    return { ...execution, key };
  }
  saveExecution({ key, ...execution }: Known<Execution>): void {
    const { status, stoppedAt, deadline } = execution;
    const wake = stoppedAt === undefined ? deadline : null;
    const sql = 'UPDATE executions SET status = ?, stopped = ?, wake = ?, body = ? WHERE key = ?';
    this.write(sql, status, stoppedAt ?? null, wake, JSON.stringify(execution), key);
  }
  /** As AWS does with executions that were closed long ago. */
  forgetStoppedBefore(instantMs: number): void {
    const rows = this.#rows('SELECT key FROM executions WHERE stopped < ?', instantMs);
    for (const { key } of rows) {
      this.write('DELETE FROM events WHERE execution = ?', Number(key));
      this.write('DELETE FROM executions WHERE key = ?', Number(key));
    }
  }

  frame(execution: number, id: string): Frame | undefined {
    return this.#body<Frame>('SELECT body FROM frames WHERE execution = ? AND id = ?', execution, id);
  }
  frameByToken(token: string): Frame | undefined {
    return this.#body<Frame>('SELECT body FROM frames WHERE token = ?', token);
  }
  /** The frame that has waited longest for the engine. */
  nextReady(): Frame | undefined {
    return this.#body<Frame>('SELECT body FROM frames WHERE turn IS NOT NULL ORDER BY turn LIMIT 1');
  }
  framesCalling(): readonly Frame[] {
    return this.#bodies<Frame>("SELECT body FROM frames WHERE phase = 'calling'");
  }
  framesBelow(execution: number, id: string): readonly Frame[] {
    const sql = "SELECT body FROM frames WHERE execution = ? AND id GLOB ? || '.*'";
    return this.#bodies<Frame>(sql, execution, id);
  }
  putFrame(frame: Frame): void {
    this.#turn += 1;
    const sql = `INSERT OR REPLACE INTO frames (execution, id, turn, wake, token, phase, body)
      VALUES (?, ?, ?, ?, ?, ?, ?)`;
    const turn = isReady(frame) ? this.#turn : null;
    const columns = [turn, wakeAt(frame) ?? null, tokenOf(frame) ?? null, frame.at.phase];
    this.write(sql, frame.execution, frame.id, ...columns, JSON.stringify(frame));
  }
  dropFrame({ execution, id }: Frame): void {
    this.write('DELETE FROM frames WHERE execution = ? AND id = ?', execution, id);
  }

  framesDue(nowMs: number): readonly Frame[] {
    return this.#bodies<Frame>('SELECT body FROM frames WHERE wake <= ? ORDER BY wake', nowMs);
  }
  executionsDue(nowMs: number): readonly Known<Execution>[] {
    return this.#executions('SELECT key, body FROM executions WHERE wake <= ? ORDER BY wake', nowMs);
  }
  /** The first instant after another at which time moves something. */
  nextWake(afterMs: number): number | undefined {
    const firsts = ['frames', 'executions'].flatMap((table) => {
      const first = this.#row(`SELECT min(wake) AS wake FROM ${table} WHERE wake > ?`, afterMs)?.['wake'];
      return typeof first === 'number' ? [first] : [];
    });
    return firsts.length === 0 ? undefined : Math.min(...firsts);
  }

  addEvent(execution: number, event: HistoryEvent): void {
    const sql = 'INSERT INTO events (execution, id, body) VALUES (?, ?, ?)';
    this.write(sql, execution, event.id, JSON.stringify(event));
  }
  events(execution: number): readonly HistoryEvent[] {
    return this.#bodies<HistoryEvent>('SELECT body FROM events WHERE execution = ? ORDER BY id', execution);
  }

  /** Everything that changes the file goes through here; answers the key of a new row. */
  protected write(sql: string, ...values: readonly SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).lastInsertRowid);
  }

  #body<T>(sql: string, ...values: readonly SQLInputValue[]): T | undefined {
    return this.#bodies<T>(sql, ...values)[0];
  }
  #bodies<T>(sql: string, ...values: readonly SQLInputValue[]): readonly T[] {
    return this.#rows(sql, ...values).map((row) => bodyOf<T>(row));
  }
  #executions(sql: string, ...values: readonly SQLInputValue[]): readonly Known<Execution>[] {
    return this.#rows(sql, ...values).map((row) => ({ ...bodyOf<Execution>(row), key: Number(row['key']) }));
  }
  #row(sql: string, ...values: readonly SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#rows(sql, ...values)[0];
  }
  #rows(sql: string, ...values: readonly SQLInputValue[]): readonly Record<string, unknown>[] {
    return this.#prepared(sql).all(...values);
  }
  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Safe to assert: bodies are written above, from the same types. */
function bodyOf<T>(row: Record<string, unknown>): T {
  return JSON.parse(String(row['body']));
}

function found<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('the workflow store has lost a row it points at');
  return row;
}
