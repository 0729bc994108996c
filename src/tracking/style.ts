import readers from "../../public/css/readers.css";
import { minified } from "../ui/public-styles";

/** Styles of the pages a mail leads to. */
export const readersStyle = minified(readers);
