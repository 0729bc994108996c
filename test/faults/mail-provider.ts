import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const HEAD_BYTES = 1_000;

/** How the provider answers: accepts, refuses for now, takes the mail and says nothing, or takes it and says that it failed. */
export type ProviderMood = "accepts" | "refuses" | "swallows" | "fails-after";

/** A provider of the kind of Amazon SES v2 that writes down who was given which mail, and has moods. */
export class MailProvider {
  readonly #server: Server;
  /** How often each address was taken. */
  readonly taken = new Map<string, number>();
  /** Mails that were taken without the sender being told so. */
  untold = 0;
  mood: ProviderMood = "accepts";
  /** Called for each mail that is taken. */
  onTaken: (address: string) => void = () => {};

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<MailProvider> {
    const server = createServer();
    const provider = new MailProvider(server);
    server.on("request", (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const answer = (status: number, body: unknown) => {
          response.writeHead(status, { "content-type": "application/json" });
          response.end(JSON.stringify(body));
        };
        const { mood } = provider;
        if (mood === "refuses") return answer(429, { __type: "TooManyRequestsException" });
        // The address stands before the mail, which is not read: this provider shares the cores with whoever is measured.
        const head = Buffer.concat(parts).toString("latin1", 0, HEAD_BYTES);
        const [, address] = /"ToAddresses":\["([^"]+)"\]/.exec(head) ?? [];
        if (!address) return answer(400, { __type: "BadRequestException" });
        provider.#take(address);
        if (mood === "accepts") return answer(200, { MessageId: `m${provider.taken.size}` });
        provider.untold += 1;
        if (mood === "swallows") return request.socket.destroy();
        return answer(500, { __type: "InternalServiceErrorException" });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return provider;
  }

  #take(address: string): void {
    this.taken.set(address, (this.taken.get(address) ?? 0) + 1);
    this.onTaken(address);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
