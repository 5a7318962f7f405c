import pageStyles from "../app/page.css?inline";
import uiStyles from "../app/shared/ui/ui.css?inline";
import themeStyles from "../app/theme.css?inline";
import embedStyles from "./embed.css?inline";

/** The app's variables on the element itself; light or dark as in the surrounding article. */
const theme = themeStyles
  .replace(/:root\[data-scheme=("?)(\w+)\1\]/g, ':host([data-scheme="$2"])')
  .replaceAll(":root", ":host")
  .replace(/color-scheme:\s*light dark;?/, "");

/** Styles that every embedded part needs, in a shadow root, where those of the article do not reach. */
export const articleStyles: readonly string[] = [theme, pageStyles, uiStyles, embedStyles];
