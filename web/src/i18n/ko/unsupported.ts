import type { Same } from '../same';
import type { unsupported as en } from '../en/unsupported';

export const unsupported: Same<typeof en> = {
  title: '이 브라우저에서는 엔진을 돌릴 수 없어요',
  why: 'Vitrine은 모델 전체를 이 페이지 안에서 계산해요. 그러려면 여러 수를 한꺼번에 다루는 명령(WebAssembly SIMD)이 필요한데, 이 브라우저에는 없거나 꺼져 있어요.',
  ways: '이렇게 해 보세요',
  update: '브라우저를 업데이트하세요.',
  updateHow: '아래 버전부터 이 명령을 쓸 수 있어요. 가장 새로운 버전이 좋아요.',
  versions: '이 명령이 있는 브라우저',
  from: (version) => `${version} 이상`,
  ios: 'iPhone, iPad',
  allow: '이 사이트에서 WebAssembly를 허용하세요.',
  allowHow:
    '보호 기능 때문에 꺼져 있을 수 있어요. Apple 기기의 차단 모드, Edge의 “웹에서 보안 강화”, 학교나 회사의 정책 등을 확인해 주세요.',
  elsewhere: '다른 기기나 다른 브라우저에서 여세요.',
  elsewhereHow: '링크에 지금 쓴 글이 담겨 있어요.',
  copy: '링크 복사',
  copied: '링크를 복사했어요',
  copyFailed: '링크를 복사하지 못했어요. 주소창에서 복사해 주세요.',
  reload: '페이지 다시 불러오기',
  agent: '이 브라우저가 알려 준 이름:',
};
