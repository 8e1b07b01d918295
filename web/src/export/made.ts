import { short } from '../format/format';
import { useEngine, useRun, useView } from '../state/context';
import { common } from '../i18n/stages-common';

/** What a figure taken away was made from: text, model, and where in the model. To be called while a component is set up. */
export function useMadeFrom(): (place: string) => string {
  const engine = useEngine();
  const run = useRun();
  const view = useView();
  return (place) =>
    common[view.locale].madeFrom(short(run.text, 80), run.info?.name ?? engine.phase.source.id, place);
}
