/// <reference types="node" />
import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** Where the site says whose work it contains. */
export const LICENCES = 'THIRD-PARTY.txt';

const PACKAGES = fileURLToPath(new URL('../node_modules', import.meta.url));
const OWN = fileURLToPath(new URL('../LICENSE', import.meta.url));
/** Of what is compiled into the engine and carried as data: no package of Node's. */
const ENGINE = fileURLToPath(new URL('./engine-licences.txt', import.meta.url));

/** Folders of the packages that some bundle of this build is made of, page and workers together. */
const packages = new Set<string>();

/** The folder of the package that a module belongs to; undefined for the project's own. */
export function packageOf(module: string): string | undefined {
  const path = module.split('?')[0]!.replace(/^\0/, '').split(sep).join('/');
  const name = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return name && join(PACKAGES, name);
}

/** Notes what is bundled. To be among the plugins of page and workers, which are built apart. */
export function bundledPackages(): Plugin {
  return {
    name: 'vitrine:bundled-packages',
    apply: 'build',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        const modules = file.type === 'chunk' ? Object.keys(file.modules) : file.originalFileNames;
        for (const module of modules) {
          const folder = packageOf(module);
          if (folder) packages.add(folder);
        }
      }
    },
    // Styles leave no module behind in what is written.
    moduleParsed({ id }) {
      const folder = /\.css($|\?)/.test(id) ? packageOf(id) : undefined;
      if (folder) packages.add(folder);
    },
  };
}

/** Name, version, licence, address and the licence's own text; a package without one must not be shipped. */
export function licenceOf(folder: string): string {
  const told = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.\w+)?$/i.test(name));
  if (!file) throw new Error(`${folder} has no licence text: it cannot be shipped without one`);
  const repository = told['repository'] as { url?: string } | string | undefined;
  const address = String(
    told['homepage'] ?? (typeof repository === 'object' ? repository.url : repository) ?? '',
  );
  const head = [`${told['name']} ${told['version']} (${told['license']})`, address].filter(Boolean);
  return `${head.join('\n')}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

/** Writes the licences of everything that is shipped into the site, when everything else is in place. */
export function licencesFile(): Plugin {
  return {
    name: 'vitrine:licences',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler() {
        const parts = [
          `Vitrine (MIT)\n\n${readFileSync(OWN, 'utf8').trim()}\n`,
          `${readFileSync(ENGINE, 'utf8').trim()}\n`,
          ...[...packages].sort().map(licenceOf),
        ];
        this.emitFile({ type: 'asset', fileName: LICENCES, source: parts.join(`\n${'='.repeat(80)}\n\n`) });
      },
    },
  };
}
