// Brings a machine to where the project builds: system packages on Debian, npm's packages everywhere.
import { existsSync, readFileSync } from 'node:fs';
import { at, isMain, main, mustRun, Problem, run, which } from './project.mjs';
import { find, NEEDS, TOOLS } from './toolchain.mjs';

const LEAST_NODE = 20;

/** Debian and its kin, where we may install: apt-get is there and we are root. */
const mayInstall = () =>
  process.platform === 'linux' && process.getuid?.() === 0 && Boolean(which('apt-get'));

async function aptInstall(packages) {
  console.log(`setup: installing ${packages.join(' ')} (apt-get)`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '--yes', '--no-install-recommends', ...packages];
  // Package lists may be absent or old on a fresh machine, and are slow to refresh on any other.
  const first = await run('apt-get', install, { quiet: true, env });
  if (first.code === 0) return;
  await mustRun('refreshing the package lists', 'apt-get', ['update'], { env });
  await mustRun('installing packages', 'apt-get', install, { env });
}

function howToInstall(names) {
  const column = { darwin: 'brew', win32: 'winget' }[process.platform];
  const rows = names.map((name) => {
    const tool = TOOLS[name];
    const how = column
      ? tool[column]
      : `your package manager (Debian: apt-get install ${tool.apt.join(' ')})`;
    return `  ${tool.is}: ${how}`;
  });
  const missing = rows.length === 1 ? 'something this needs is' : 'some of what this needs is';
  return `${missing} not installed. Please install\n${rows.join('\n')}\nand run the command again.`;
}

/** Sees to it that the tools for `tasks` (keys of NEEDS) are there, or throws a Problem that says how to get them. */
export async function ensureTools(...tasks) {
  const names = [...new Set(tasks.flatMap((task) => NEEDS[task]))];
  let missing = names.filter((name) => !find(name));
  if (missing.length > 0 && mayInstall()) {
    await aptInstall(missing.flatMap((name) => TOOLS[name].apt));
    missing = missing.filter((name) => !find(name));
  }
  const required = missing.filter((name) => !TOOLS[name].optional);
  if (required.length > 0) throw new Problem(howToInstall(required));
}

export function checkNode() {
  const version = Number(process.versions.node.split('.')[0]);
  if (version < LEAST_NODE)
    throw new Problem(
      `Node ${process.versions.node} is too old: ${LEAST_NODE} or later is needed (https://nodejs.org)`,
    );
}

const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;

/** Whether node_modules holds what package-lock.json says, by npm's own record of what it installed. */
function packagesAreCurrent() {
  const record = at('node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = packagesOf(record);
  return Object.entries(packagesOf(at('package-lock.json')))
    .filter(([path, { optional }]) => path !== '' && !optional)
    .every(([path, { version }]) => installed[path]?.version === version);
}

/** Installs npm's packages when they are not those of package-lock.json. */
export async function ensurePackages() {
  if (packagesAreCurrent()) return;
  console.log('setup: installing npm packages');
  const npm = which('npm');
  if (!npm) throw new Problem('npm is not on the PATH: it comes with Node (https://nodejs.org)');
  await mustRun('npm ci', npm, ['ci', '--no-audit', '--no-fund']);
}

if (isMain(import.meta.url)) {
  await main(async () => {
    checkNode();
    await ensureTools(...Object.keys(NEEDS));
    await ensurePackages();
  });
}
