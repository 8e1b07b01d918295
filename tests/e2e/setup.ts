/** Runs in every file: the browser is shared by the files, so none leaves a profile behind. */
import { afterAll } from 'vitest';
import { closeProfiles } from './browser';

afterAll(closeProfiles);
