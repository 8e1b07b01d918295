import { axes } from './axes';
import { controls } from './controls';
import { models } from './models';
import { overview } from './overview';
import { problems } from './problems';
import { reasons } from './reasons';
import { shell } from './shell';

export const en = { axes, shell, controls, models, overview, problems, reasons };
