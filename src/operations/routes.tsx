import { Hono } from "hono";
import { deadLetterRoutes } from "./dead-letter-routes";
import { groupOperations } from "./group-routes";
import { inboundOperations } from "./inbound-routes";
import { mailingOperations } from "./mailing-routes";
import { overviewOf } from "./operation";
import { reportRoutes } from "./report-routes";
import { OverviewPage } from "./views";
import { type OperatorEnv, operatorsOnly, pageProps } from "./web";

export { devMailRoutes } from "./mailbox-routes";

/** The pages of those who run the installation. Mounted at "/" of the platform host. */
export const operationsRoutes = new Hono<OperatorEnv>();

operationsRoutes.use("/operations", operatorsOnly);
operationsRoutes.use("/operations/*", operatorsOnly);

operationsRoutes.get("/operations", async (c) => {
  const [overview, props] = await Promise.all([overviewOf(c.var.ctx), pageProps(c)]);
  return c.html(<OverviewPage {...props} overview={overview} />);
});

operationsRoutes.route("/", deadLetterRoutes);
operationsRoutes.route("/", reportRoutes);
operationsRoutes.route("/", groupOperations);
operationsRoutes.route("/", mailingOperations);
operationsRoutes.route("/", inboundOperations);
