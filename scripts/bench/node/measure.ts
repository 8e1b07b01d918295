/** One configuration in a process of its own: the plan is the argument, the report the only line printed. */
import { measureEngine } from '../engine';
import { measureKeystroke } from '../keystroke';
import { type EnginePlan, type EngineReport, shares } from '../plan';
import { makeHelper, makeWorker } from './threads';

const plan = JSON.parse(process.argv[2]!) as EnginePlan;
const engine = await measureEngine(plan, makeHelper);
const report: EngineReport = { ...engine, keystroke: await measureKeystroke(plan, makeWorker) };
process.stdout.write(`${JSON.stringify({ ...report, shares: shares(report) })}\n`, () => process.exit(0));
