import affix from "../../public/css/affix.css";
import fundraisers from "../../public/css/fundraisers.css";
import status from "../../public/css/status.css";
import { minified } from "../ui/public-styles";

/** What a supporter's pages about gifts need beside the common styles: a currency beside its box, the state of a gift, tiles. */
export const giftStyle = [affix, status, fundraisers].map(minified).join("");
