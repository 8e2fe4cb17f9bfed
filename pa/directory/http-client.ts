import { systemCodeOf } from '../../environment/system-code.ts';

export interface HttpRequest {
  readonly method: string;
  /** http: only. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: Buffer;
}

/** HTTP, passed in. */
export interface HttpClient {
  /** Rejects with the system's error, or one with code ABORT_ERR, or when the answer is longer than `bodyBytesMax`. */
  request(request: HttpRequest, bodyBytesMax: number): Promise<HttpResponse>;
  /** Calls `onText` as text comes; resolves when the other side ends, rejects like `request`, also for a status other than 200. */
  stream(request: HttpRequest, onText: (text: string) => void): Promise<void>;
  /** Ends idle connections. */
  close(): void;
}

/** An idle connection may have been closed by the other side by the time that it is used again. */
export function isConnectionClosed(error: Error): boolean {
  const code = systemCodeOf(error);
  return code === 'ECONNRESET' || code === 'EPIPE';
}
