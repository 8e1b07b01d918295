export const experiments = {
  experiments: 'Experiments',
  viewList: 'What to try',
  views: { why: 'Why this word', lens: 'Lens', break: 'Break it', compare: 'Compare', cache: 'Cache' },
  asks: {
    why: 'Which parts pushed this word up, and which pushed it down',
    lens: 'What each block would say if it were the last',
    break: 'Switch off every part by itself, and see what is lost',
    compare: 'Two prompts beside each other, and where they part',
    cache: 'The same text with and without keys and values kept',
  },
};
