#!/usr/bin/env node
/** `npm run cli -- <command>`, or `hf-scheduler <command>`: the scheduler from a terminal and from CI. */
import { processIo } from './cli/io.ts';
import { main } from './cli/main.ts';

process.exitCode = await main(process.argv.slice(2), processIo());
