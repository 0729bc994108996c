/** Parts of an action's public page, for features that show them elsewhere, such as in the page of another site. */
export {
  ActionCard,
  type ActionPageProps,
  pageProps,
  Story,
  scriptsOf,
} from "./public-views";
