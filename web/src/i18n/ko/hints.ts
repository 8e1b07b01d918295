/** The line that a first visit is met with; what it says of a thing is never longer than the first sentence of all. */
export const hints = {
  title: '무엇을 할 수 있나요',
  pointing:
    '글을 고치면 GPT-2가 바로 다시 읽고 모든 숫자가 따라 바뀌어요. 토큰, 칸, 띠에 마우스를 올리면 무엇인지 알 수 있고, 누르면 고정돼요. 제목을 누르면 그 단계가 열려요.',
  touching: '글을 고치면 GPT-2가 바로 다시 읽어요. 토큰이나 칸을 누르면 고정되고, 제목을 누르면 열려요.',
  token: (token: string) => `“${token}”, 그리고 이 헤드에서 이 토큰이 보는 토큰들. 누르면 고정돼요.`,
  cell: (query: string, key: string) => `“${query}” → “${key}”: 얼마나 주목하는지. 누르면 계산이 남아요.`,
  dimension: {
    stream: (d: number) => `잔차 스트림의 차원 ${d}. 그려진 곳마다 함께 켜져요.`,
    match: (d: number) => `이 헤드의 쿼리와 키의 차원 ${d}. 같은 차원끼리 곱해요.`,
    value: (d: number) => `이 헤드의 밸류와 그 가중합의 차원 ${d}.`,
    neuron: (n: number) => `이 레이어 MLP의 뉴런 ${n}, GELU 전과 후.`,
  },
  done: '알겠어요',
};
