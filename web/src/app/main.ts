import '@fontsource-variable/inter/index.css';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/print.css';
import { mount } from 'svelte';
import { learn } from '../i18n/spoken';
import { keepOffline } from './offline/register';
import { firstLocale, linkOfAddress } from '../state/language';
import { update } from './offline/update.svelte';
import App from './App.svelte';
import { fitPaper } from './paper';
import { liveWithTranslators } from './translated';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element with the id "app"');

liveWithTranslators(target);
fitPaper();

// The Korean face comes after the first paint: its list of files alone is as long as all other styles.
void import('@fontsource-variable/noto-sans-kr/index.css');

// A development server has no worker to serve, and what it serves must not be kept.
if (import.meta.env.PROD) {
  window.addEventListener('load', () => {
    void keepOffline(navigator.serviceWorker, new URL('sw.js', document.baseURI), {
      onupdate: (apply) => (update.apply = apply),
      reload: () => location.reload(),
      given: () => performance.getEntriesByType('resource').map(({ name }) => name),
    });
  });
}

/** Longest that the page waits for the face of its words, ms: it is sent for before this program, so it mostly is here. */
const patience = 1000;
/** Words that are measured before their face has come wrap anew when it comes, and push the picture about. */
const face = Promise.race([
  document.fonts.load('1em "Inter Variable"').catch(() => undefined),
  new Promise((resolve) => setTimeout(resolve, patience)),
]);

// Where its texts cannot be had the page speaks English. Not awaited here: the texts may be linked to this very program.
void learn(firstLocale(linkOfAddress()))
  .catch(() => undefined)
  .then(() => face)
  // In a task of its own: reading the program has taken one.
  .then(() => setTimeout(() => mount(App, { target })));
