// Where the server's addresses begin: behind a proxy it may stand below a path of another server's.

/** Before every address of ours; no slash at its end. */
export const root = globalThis.document?.documentElement.dataset.root ?? "";
