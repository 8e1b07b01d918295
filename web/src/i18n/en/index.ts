import { controls } from './controls';
import { overview } from './overview';
import { problems } from './problems';
import { shell } from './shell';

export const en = { shell, controls, overview, problems };
