import forms from "../../public/css/forms.css";
import { minified } from "../ui/public-styles";

/** Charts of results, which organisers' pages and a survey's public ones share. */
export const style = minified(forms);
