import { describe, expect, it } from 'vitest';
import { preferredLocale } from '../../../web/src/i18n/spoken';
import { applyLink, linkOf } from '../../../web/src/state/link';
import { RunState } from '../../../web/src/state/run.svelte';
import { decodeLink, encodeLink } from '../../../web/src/state/url';
import { ViewState } from '../../../web/src/state/view.svelte';
import { info, playedEngine } from './played_engine';

describe('ViewState', () => {
  it('goes up one level at a time', () => {
    const view = new ViewState();
    view.togglePin(3);
    view.cell = { query: 3, key: 1 };
    view.show('mlp', 'neuron-4');
    expect(view.up()).toBe(true);
    expect([view.open, view.detail]).toEqual(['mlp', null]);
    expect(view.up()).toBe(true);
    expect([view.open, view.cell]).toEqual([null, { query: 3, key: 1 }]);
    expect(view.up()).toBe(true);
    expect([view.cell, view.pinnedToken]).toEqual([null, 3]);
    expect(view.up()).toBe(true);
    expect(view.pinnedToken).toBeNull();
    expect(view.up()).toBe(false);
  });

  it('lights the hovered before the pinned', () => {
    const view = new ViewState();
    view.togglePin(2);
    expect(view.token).toBe(2);
    view.hoveredToken = 5;
    expect(view.token).toBe(5);
    view.hoveredToken = null;
    view.togglePin(2);
    expect(view.token).toBeNull();
  });

  it('comes into the bounds of a model and of a text', () => {
    const view = new ViewState();
    view.goTo(11, 11);
    view.toggleHead({ layer: 0, head: 0 });
    view.toggleHead({ layer: 5, head: 0 });
    view.sampling = { temperature: 1, topK: 50257, topP: 1 };
    view.fit(info);
    expect([view.layer, view.head, view.sampling.topK]).toEqual([1, 2, 100]);
    expect(view.pinnedHeads).toEqual([{ layer: 0, head: 0 }]);
    view.pinnedToken = 4;
    view.cell = { query: 4, key: 0 };
    view.fitTokens(5);
    expect(view.pinnedToken).toBe(4);
    view.fitTokens(4);
    expect([view.pinnedToken, view.cell]).toEqual([null, null]);
  });

  it('says that a link asked for a head which the model does not have, until one goes elsewhere', () => {
    const view = new ViewState();
    view.fit(info);
    expect(view.beyond, 'nobody asked for the head that a fresh page looks at').toBeNull();
    applyLink(decodeLink('at=L20H1'), view);
    view.fit(info);
    expect(view.beyond).toEqual({ asked: { layer: 20, head: 1 }, shown: { layer: 1, head: 1 } });
    view.layer = 0;
    expect(view.beyond).toBeNull();
    view.layer = 1;
    expect(view.beyond).not.toBeNull();
    view.letGoOfBeyond();
    expect(view.beyond).toBeNull();
    applyLink(decodeLink('at=L1H2'), view);
    view.fit(info);
    expect(view.beyond).toBeNull();
  });

  it('holds at most four heads, the latest', () => {
    const view = new ViewState();
    for (let head = 0; head < 6; head += 1) view.toggleHead({ layer: 0, head });
    expect(view.pinnedHeads.map(({ head }) => head)).toEqual([2, 3, 4, 5]);
    view.toggleHead({ layer: 0, head: 3 });
    expect(view.pinnedHeads.map(({ head }) => head)).toEqual([2, 4, 5]);
  });

  it('comes back from its own link', () => {
    const { engine } = playedEngine();
    const run = new RunState(engine);
    run.prompt = 'a b';
    const view = new ViewState();
    view.goTo(1, 2);
    view.togglePin(1);
    view.cell = { query: 1, key: 0 };
    view.matrix = 'masked';
    view.sampling = { temperature: 0, topK: 0, topP: 0.25 };
    view.seed = 9;
    view.show('logits');
    const link = decodeLink(encodeLink(linkOf(run, view, 'played', 'en')));
    const other = new ViewState();
    applyLink(link, other);
    expect(linkOf(run, other, 'played', 'en')).toEqual(linkOf(run, view, 'played', 'en'));
    expect(other.sampling).toEqual(view.sampling);
    expect(link.prompt).toBe('a b');
  });

  it('names in its link the language that was asked for, also while its texts are not here', () => {
    const { engine } = playedEngine();
    const run = new RunState(engine);
    const view = new ViewState();
    view.locale = 'ko';
    expect(view.locale).toBe('en');
    expect(
      linkOf(run, view, 'played', 'ko').locale,
      'what the browser prefers goes without saying',
    ).toBeUndefined();
    expect(linkOf(run, view, 'played', 'en').locale).toBe('ko');
    view.locale = 'en';
    expect(linkOf(run, view, 'played', 'ko').locale).toBe('en');
  });
});

describe('preferredLocale', () => {
  it.each([
    [['ko-KR', 'en'], 'ko'],
    [['en-GB', 'ko'], 'en'],
    [['de', 'fr'], 'en'],
    [['fr', 'ko'], 'ko'],
    [[], 'en'],
    [['korean'], 'en'],
  ] as [string[], string][])('reads %j as %s', (languages, locale) => {
    expect(preferredLocale(languages)).toBe(locale);
  });
});

describe('the square root of shares', () => {
  it('comes by itself with many tokens, until it is chosen', () => {
    const view = new ViewState();
    expect(view.squareRoot).toBe(false);
    view.fitTokens(200);
    expect(view.squareRoot).toBe(true);
    view.squareRoot = false;
    expect(view.squareRoot).toBe(false);
    view.fitTokens(3);
    view.squareRoot = true;
    expect(view.squareRoot).toBe(true);
  });
});
