import privacy from "../../public/css/privacy.css";
import { minified } from "../ui/public-styles";

/** Styles of the pages where supporters see what is held of them. */
export const privacyStyle = minified(privacy);
