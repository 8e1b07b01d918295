// The project's places, and how commands are run from it.
import { spawn } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outputOr } from './log.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const WINDOWS = process.platform === 'win32';

/** An absolute path below the project's root. */
export const at = (...parts) => join(ROOT, ...parts);

export const PLACES = {
  native: at('build'),
  instrumented: at('build/instrumented'),
  fuzz: at('build/fuzz'),
  wasm: at('build/wasm'),
  reports: at('build/reports'),
  page: at('dist'),
  bundledModel: at('web/public/models/vitrine-19m'),
};

/** A program built into `folder`, with the platform's suffix. */
export const program = (folder, name) => join(folder, WINDOWS ? `${name}.exe` : name);

/** A suite that has not ended by then hangs. */
export const SUITE_SECONDS = 2400;

/** An expected problem: told in one line, without a stack. */
export class Problem extends Error {}

function isProgram(path) {
  try {
    accessSync(path, WINDOWS ? constants.F_OK : constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The full path of the first of `names` that is a program (absolute, or on the PATH); undefined if none is. */
export function which(...names) {
  const suffixes = WINDOWS ? ['.exe', '.bat', '.cmd'] : [''];
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const name of names.filter(Boolean)) {
    const bases = isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name));
    const found = bases.flatMap((base) => [...suffixes.map((suffix) => base + suffix), base]).find(isProgram);
    if (found) return found;
  }
  return undefined;
}

const quoted = (text) => (/[\s"&|<>^]/.test(text) ? `"${text.replaceAll('"', '\\"')}"` : text);

/**
 * Runs a command from the project's root. Resolves to {code, output}; a signal counts as code 1.
 *
 * `quiet` keeps the output to itself (it is in `output` all the same); `seconds` ends a command that hangs.
 */
export function run(command, args = [], { quiet = false, env = {}, cwd = ROOT, seconds = 0 } = {}) {
  return new Promise((resolve) => {
    // Windows starts batch files only through its shell.
    const shell = WINDOWS && /\.(bat|cmd)$/i.test(command);
    const [file, rest] = shell ? [quoted(command), args.map(quoted)] : [command, args];
    const child = spawn(file, rest, {
      cwd,
      shell,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks = [];
    let timer;
    let late = false;
    const finish = (code) => {
      clearTimeout(timer);
      if (late) chunks.push(Buffer.from(`\n${command}: ended after ${seconds} seconds\n`));
      resolve({ code: late ? 1 : code, output: Buffer.concat(chunks).toString('utf8') });
    };
    const take = (stream) => (chunk) => {
      chunks.push(chunk);
      if (!quiet) stream.write(chunk);
    };
    child.stdout.on('data', take(outputOr(process.stdout)));
    child.stderr.on('data', take(outputOr(process.stderr)));
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${command}: ${error.message}\n`));
      finish(1);
    });
    child.on('close', (code) => finish(code ?? 1));
    if (seconds > 0) {
      timer = setTimeout(() => {
        late = true;
        child.kill('SIGKILL');
      }, seconds * 1000);
    }
  });
}

/** The beginning and the end of a long output: the first tells why, the last where. */
function shortened(output) {
  const lines = output.trimEnd().split('\n');
  return lines.length <= 80
    ? lines.join('\n')
    : [...lines.slice(0, 30), '...', ...lines.slice(-50)].join('\n');
}

/** As `run`, quietly; throws a Problem with the output when the command fails. */
export async function mustRun(what, command, args, options) {
  const { code, output } = await run(command, args, { quiet: !process.env.VITRINE_VERBOSE, ...options });
  if (code === 0) return output;
  throw new Problem(
    `${shortened(output)}\n${what} failed: ${[command, ...args].join(' ')} ended with ${code}`,
  );
}

/** Runs a script's main function; a Problem is told plainly, anything else with its stack. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    console.error(error instanceof Problem ? `vitrine: ${error.message}` : error);
    process.exitCode = 1;
  }
}

/** Whether the module at `url` is the one that node was started with. */
export const isMain = (url) =>
  Boolean(process.argv[1]) && fileURLToPath(url) === realpathSync(process.argv[1]);
