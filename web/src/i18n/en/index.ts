import { axes } from './axes';
import { controls } from './controls';
import { hints } from './hints';
import { models } from './models';
import { overview } from './overview';
import { problems } from './problems';
import { reasons } from './reasons';
import { shell } from './shell';
import { simple } from './simple';

export const en = { axes, shell, controls, hints, models, overview, problems, reasons, simple };
