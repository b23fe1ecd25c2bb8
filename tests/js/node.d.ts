// What the tests use of Node, so that tsc checks them without Node's own thousands of declarations.

declare module "node:test" {
  export function test(name: string, body: () => void | Promise<void>): void;
  export function afterEach(body: () => void): void;
  export const mock: {
    timers: { enable(options: { apis: ("setTimeout" | "Date")[] }): void; tick(milliseconds: number): void; reset(): void };
  };
}

declare module "node:assert/strict" {
  const assert: {
    ok(value: unknown, message?: string): asserts value;
    equal<T>(actual: T, expected: T, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    throws(body: () => unknown, error?: RegExp | (new (...args: never[]) => Error)): void;
    rejects(body: () => Promise<unknown>, error?: RegExp | (new (...args: never[]) => Error)): Promise<void>;
    match(value: string, pattern: RegExp, message?: string): void;
  };
  export default assert;
}

declare const process: { stdin: AsyncIterable<Uint8Array> };
declare const Buffer: {
  from(text: string, encoding: "base64"): Uint8Array;
  from(buffer: ArrayBufferLike, offset: number, length: number): { toString(encoding: "base64"): string };
};
