/** A process that holds the write lock of the store named until its standard input ends. */
import { once } from 'node:events';
import Sqlite from 'better-sqlite3';

const database = new Sqlite(process.argv[2]);
database.exec('BEGIN IMMEDIATE');
process.stdout.write('locked\n');
await once(process.stdin.resume(), 'end');
database.exec('ROLLBACK');
database.close();
