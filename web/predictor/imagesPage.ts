import { pictures } from "./pictures.ts";
import { showPage } from "./showPage.ts";

// The script of the page that `export --html` writes for images.

showPage((model) => [pictures(model)]);
