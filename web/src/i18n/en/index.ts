import { controls } from './controls';
import { models } from './models';
import { overview } from './overview';
import { problems } from './problems';
import { shell } from './shell';

export const en = { shell, controls, models, overview, problems };
