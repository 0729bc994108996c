/** Who may see the operations page of a test or development server. */
export const OPERATOR_EMAIL = "operator@groundswell.example";

/** Fixed secrets, so that a state directory can be opened again after a kill. Never used by a deployment. */
export const testSecrets = {
  SIGNING_KEYS: JSON.stringify({
    current: "k1",
    keys: { k1: "YSBzaWduaW5nIGtleSBmb3IgdGVzdHMsIG5vIG1vcmU" },
  }),
  IDENTITY_PEPPER: "a pepper for tests, and for nothing else",
};

/** The variables of a server that answers on this port of this machine; they replace those of wrangler.toml. */
export function developmentVariables(port: number) {
  return {
    ENVIRONMENT: "development",
    PLATFORM_ORIGIN: `http://localhost:${port}`,
    ROOT_DOMAIN: "localhost",
    MAIL_FROM: "hello@groundswell.example",
    OPERATORS: OPERATOR_EMAIL,
  };
}
