import '@fontsource-variable/inter/index.css';
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import { learn } from './i18n/spoken';
import { keepOffline } from './offline/register';
import { firstLocale, linkOfAddress } from './state/language';
import App from './App.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element with the id "app"');

// The Korean face comes after the first paint: its list of files alone is as long as all other styles.
void import('@fontsource-variable/noto-sans-kr/index.css');

// A development server has no worker to serve, and what it serves must not be kept.
if (import.meta.env.PROD) {
  window.addEventListener('load', () => {
    void keepOffline(navigator.serviceWorker, new URL('sw.js', document.baseURI));
  });
}

// Where its texts cannot be had the page speaks English. Not awaited here: the texts may be linked to this very program.
void learn(firstLocale(linkOfAddress()))
  .catch(() => undefined)
  // In a task of its own: reading the program has taken one.
  .then(() => setTimeout(() => mount(App, { target })));
