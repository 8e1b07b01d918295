import type { Same } from '../same';
import type { modelPanel as en } from '../en/model-panel';

export const modelPanel: Same<typeof en> = {
  checksum: 'SHA-256',
  source: '받은 곳',
  verified: '공개된 GPT-2와 비교',
  verifying: (done: number, all: number) => `공개된 GPT-2와 비교하는 중: 프롬프트 ${all}개 중 ${done}개`,
  ids: (equal: number, all: number) => `프롬프트 ${all}개 중 ${equal}개에서 토큰 번호가 같음`,
  order: (equal: number, all: number) =>
    `다음 토큰 상위 ${all}개의 순서: ${equal}개가 공개된 자리이거나 허용 오차 안에 있음`,
  logits: (largest: string, tolerance: string) =>
    `로짓의 최대 차이 ${largest}(공통 이동 제거, 허용 ${tolerance})`,
  attention: (largest: string) => `어텐션 가중치의 최대 차이 ${largest}`,
  passed: '공개된 GPT-2 small의 답과 같아요.',
  failed: '공개된 GPT-2 small의 답과 달라요.',
  comparison: '이 프롬프트에서 int8과 F32 비교',
  compare: 'int8과 F32 비교하기',
  downloadAndCompare: (bytes: string) => `${bytes} 내려받아 비교하기`,
  compareDownload: (bytes: string, host: string) =>
    `반올림하기 전의 가중치(${bytes})를 ${host}에서 받아 이 프롬프트를 계산한 뒤 비워요.`,
  compareHere: (bytes: string) =>
    `여기 있는 가중치로 다른 형식을 만들어 이 프롬프트를 계산한 뒤 비워요. 그동안 메모리를 약 ${bytes} 쓰고, 아무것도 내려받지 않아요.`,
  compareFiles: '이 모델을 만든 원본 파일을 다시 열어 주세요. 여기에는 반올림한 가중치만 보관되어 있어요.',
  compareRounded: '반올림하기 전의 가중치가 없어요. 반올림된 같은 가중치로 int8 계산과 F32 계산을 비교해요.',
  compareNot: '반올림하기 전의 가중치가 없어 비교할 수 없어요.',
  openOriginal: '원본 열기…',
  originals: (files: string) => `필요한 파일: ${files}. 같은 파일일 때만 사용해요.`,
  comparing: '비교하는 중…',
  positions: (done: number, all: number) => `비교하는 중: 자리 ${all}개 중 ${done}개`,
  earlier: '아래 수치는 이전 프롬프트의 것이에요.',
  sameTop: (same: number, all: number) => `가장 유력한 다음 토큰이 자리 ${all}개 중 ${same}개에서 같음`,
  inPlace: (equal: number, all: number) =>
    `자리마다 상위 20개 토큰을 보면 ${all}개 중 ${equal}개가 같은 순위`,
  largestLogit: (largest: string) => `그 토큰들의 로짓 최대 차이 ${largest}(공통 이동 제거)`,
  divergence: (mean: string, largest: string) => `KL 발산은 자리마다 평균 ${mean}nat, 최대 ${largest}nat`,
  byPosition: '자리별로 보기',
  token: '토큰 뒤',
  exactForm: 'F32',
  roundedForm: 'int8',
  nats: 'KL(nat)',
  logitDifference: 'Δ 로짓',
};
