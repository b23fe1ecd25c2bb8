// A page without anything of its own that moves: the header alone.

import { openPage } from "../shell/page.js";

const { signal } = new AbortController();
openPage(window, { signal });
