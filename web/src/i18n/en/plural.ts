/** A count, already written in its language's way, with its English noun: "1 token", "7 tokens". */
export function counted(n: string, one: string, many = `${one}s`): string {
  return `${n} ${n === '1' ? one : many}`;
}
