import { createServer } from "node:net";

/* The cheapest thing that can be asked over a socket, in a process of its own: what the load generator's ceiling is measured on. */

const body = "x".repeat(1_000);
const answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("data", () => socket.write(answer));
  socket.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
process.on("disconnect", () => process.exit());
