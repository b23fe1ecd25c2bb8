// @ts-check
// The API's description, drawn by Swagger UI from the server's own OpenAPI document.

import { openPage } from "../shell/page.js";
import { root } from "../shell/root.js";

openPage(window).stream.start();

const { SwaggerUIBundle } = /** @type {{ SwaggerUIBundle: (options: object) => void }} */ (/** @type {unknown} */ (window));

SwaggerUIBundle({ url: `${root}/openapi.json`, dom_id: "#docs", deepLinking: true, validatorUrl: null });
