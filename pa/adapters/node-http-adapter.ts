import { Agent, type ClientRequest, type IncomingMessage, request as send } from 'node:http';
import {
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  isConnectionClosed,
} from '../directory/http-client.ts';

/** More requests to one PAM wait for these. */
const socketsPerHostMax = 64;
const idleSocketsPerHostMax = 4;

/** HTTP over the system's sockets. Idle connections are kept, and keep no process alive. */
export function nodeHttpClient(): HttpClient {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: socketsPerHostMax,
    maxFreeSockets: idleSocketsPerHostMax,
    noDelay: true,
  });
  // A stream occupies its socket for ever; it must not take one from the requests.
  const streamAgent = new Agent({ keepAlive: false, noDelay: true });
  return {
    request: (request, bodyBytesMax) => readWhole(request, agent, bodyBytesMax),
    stream: (request, onText) => readStream(request, streamAgent, onText),
    close() {
      agent.destroy();
      streamAgent.destroy();
    },
  };
}

async function readWhole(
  request: HttpRequest,
  agent: Agent,
  bodyBytesMax: number,
): Promise<HttpResponse> {
  const response = await open(request, agent);
  const parts: Buffer[] = [];
  let lengthBytes = 0;
  // By its events: the iterator of a stream costs a takeover some milliseconds, as long as nothing is compiled.
  await new Promise<void>((resolve, reject) => {
    response.on('data', (part: Buffer) => {
      lengthBytes += part.length;
      parts.push(part);
      if (lengthBytes <= bodyBytesMax) return;
      response.destroy(new Error(`${request.url} answered with more than ${bodyBytesMax} bytes`));
    });
    response.on('end', resolve);
    response.on('error', reject);
    response.on('close', () => reject(new Error(`${request.url} broke its answer off`)));
  });
  return { status: response.statusCode ?? 0, body: Buffer.concat(parts) };
}

async function readStream(
  request: HttpRequest,
  agent: Agent,
  onText: (text: string) => void,
): Promise<void> {
  const response = await open(request, agent);
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`${request.url} answered with status ${response.statusCode ?? 0}`);
  }
  response.setEncoding('utf8');
  for await (const text of response as AsyncIterable<string>) onText(text);
}

/** Resolves when the head of the answer has come. */
function open(request: HttpRequest, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, url, headers, body, signal } = request;
    const outgoing: ClientRequest = send(
      url,
      {
        method,
        agent,
        headers: { ...headers, ...(body && { 'content-length': body.length }) },
        ...(signal && { signal }),
      },
      resolve,
    );
    outgoing.on('error', (error) => {
      // An idle connection that the other side had closed meanwhile: it has seen nothing of this.
      if (outgoing.reusedSocket && method === 'GET' && isConnectionClosed(error)) {
        open(request, agent).then(resolve, reject);
      } else {
        reject(error);
      }
    });
    outgoing.end(body);
  });
}
