/** What a colour stands for in the picture. */
export type Role = 'query' | 'key' | 'value' | 'attention' | 'mlp' | 'output' | 'residual' | Pin;
/** Of the heads that are compared, beside the first, which has attention's own: none of these means anything else. */
export type Pin = 'pin2' | 'pin3' | 'pin4';
