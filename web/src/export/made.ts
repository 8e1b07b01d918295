import { short } from '../format/format';
import { common } from '../i18n/stages-common';
import { useRun, useView } from '../state/context';
import { decode } from '../state/decode';

/**
 * What a figure taken away was made from: text, model, and where in the model; of the run on screen, whatever is typed
 * by then. To be called while a component is set up.
 */
export function useMadeFrom(): (place: string) => string {
  const run = useRun();
  const view = useView();
  return (place) => {
    const text = run.info?.hasTokenizer ? decode(run.tokens.map(({ bytes }) => bytes)) : run.text;
    return common[view.locale].madeFrom(short(text, 80), run.info?.name ?? '', place);
  };
}
