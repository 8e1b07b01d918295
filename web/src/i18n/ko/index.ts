import { controls } from './controls';
import { overview } from './overview';
import { problems } from './problems';
import { shell } from './shell';

export const ko = { shell, controls, overview, problems };
