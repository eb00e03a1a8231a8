package io.mlops4j.samples.service;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Receives the whole body before the next handler runs, so that a slow client holds no thread and
 * no place. A body that is too large is answered with 413, one that takes too long with 408, and
 * one in a coding other than chunks with 501.
 */
final class WholeBody extends Handler.Wrapper {
  /** The attribute of a request that holds its body as an array of bytes. */
  static final String BODY = "io.mlops4j.samples.service.body";

  private final int most;
  private final Duration patience;

  WholeBody(int most, Duration patience) {
    this.most = most;
    this.patience = patience;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (request.getLength() > most) {
      tooLarge(request, response, callback);
      return true;
    }
    List<String> codings = request.getHeaders().getCSV(HttpHeader.TRANSFER_ENCODING, false);
    if (codings.size() > 1) { // the last one is chunked, which is all that Jetty decodes
      String message = "Transfer-Encoding: found %s, expected only chunked".formatted(codings);
      refuse(501, message, request, response, callback);
      return true;
    }
    Runnable next = new Body(request, response, callback).start();
    if (next != null) {
      next.run();
    }
    return true;
  }

  /**
   * A body on its way. One thread at a time reads the request: when the time is over, no other
   * thread reads it, because writing the answer does.
   */
  private final class Body implements Invocable.Task {
    private final Request request;
    private final Response response;
    private final Callback callback;

    /** All of most bodies, which are not copied again. */
    private byte[] first = new byte[0];

    /** A body that came in several parts, so far. */
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream(0);

    private Scheduler.@Nullable Task timeout;
    private boolean done;

    Body(Request request, Response response, Callback callback) {
      this.request = request;
      this.response = response;
      this.callback = callback;
    }

    /** Returns what to do if the whole body is there already; null if it is not. */
    synchronized @Nullable Runnable start() {
      Runnable next = read();
      if (!done) {
        Scheduler scheduler = request.getComponents().getScheduler();
        timeout = scheduler.schedule(this::expire, patience.toNanos(), TimeUnit.NANOSECONDS);
      }
      return next;
    }

    /** Called when more of the body has arrived. */
    @Override
    public synchronized void run() {
      Runnable next = done ? null : read();
      if (next != null) {
        execute(next);
      }
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }

    private synchronized void expire() {
      if (!done) {
        done = true;
        execute(() -> late(request, response, callback));
      }
    }

    /** What follows runs on a thread of the pool, so that it may block. */
    private void execute(Runnable next) {
      request.getComponents().getExecutor().execute(next);
    }

    /** Reads what has arrived, and asks for more if that is not all. */
    private @Nullable Runnable read() {
      while (true) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          request.demand(this);
          return null;
        }
        if (Content.Chunk.isFailure(chunk)) {
          Throwable failure = chunk.getFailure();
          boolean idle = failure instanceof TimeoutException; // the server's own limit
          return ended(
              () -> {
                if (idle) {
                  late(request, response, callback);
                } else {
                  broken(failure, request, response, callback);
                }
              });
        }
        byte[] bytes = BufferUtil.toArray(chunk.getByteBuffer());
        chunk.release();
        if (bytes.length > most - Math.max(first.length, parts.size())) {
          return ended(() -> tooLarge(request, response, callback));
        }
        add(bytes);
        if (chunk.isLast()) {
          byte[] body = parts.size() == 0 ? first : parts.toByteArray();
          return ended(() -> arrived(body, request, response, callback));
        }
      }
    }

    private void add(byte[] bytes) {
      if (first.length == 0) {
        first = bytes;
      } else if (bytes.length > 0) { // none come with the end
        if (parts.size() == 0) {
          parts.writeBytes(first);
        }
        parts.writeBytes(bytes);
      }
    }

    private Runnable ended(Runnable next) {
      done = true;
      if (timeout != null) {
        timeout.cancel();
      }
      return next;
    }
  }

  private void arrived(byte[] body, Request request, Response response, Callback callback) {
    request.setAttribute(BODY, body);
    try {
      if (!super.handle(request, response, callback)) {
        Response.writeError(request, response, callback, 404);
      }
    } catch (Exception e) {
      Response.writeError(request, response, callback, e);
    }
  }

  private void late(Request request, Response response, Callback callback) {
    response.getHeaders().put("Connection", "close");
    String message = "body: did not arrive within " + patience.toMillis() + " ms";
    Response.writeError(request, response, callback, 408, message);
  }

  /** The connection failed, and nobody reads this, or the body ends early or is no chunks. */
  private static void broken(
      Throwable failure, Request request, Response response, Callback callback) {
    response.getHeaders().put("Connection", "close");
    String message = "did not arrive";
    if (failure instanceof HttpException) {
      message =
          request.getLength() < 0
              ? "found no valid chunks"
              : "ended before the %d bytes of Content-Length".formatted(request.getLength());
    }
    Response.writeError(request, response, callback, 400, "body: " + message);
  }

  private void tooLarge(Request request, Response response, Callback callback) {
    String message = "body: expected at most " + most + " bytes, as MLOPS_MAX_BODY says";
    refuse(413, message, request, response, callback);
  }

  /** Answers before the body has arrived. */
  private void refuse(
      int status, String message, Request request, Response response, Callback callback) {
    response.getHeaders().put("Connection", "close");
    if (request.getHeaders().contains(HttpHeader.EXPECT)) { // asks before it sends the body
      Response.writeError(request, response, callback, status, message);
      return;
    }
    byte[] answer = JsonErrorHandler.json(message);
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.length);
    // Not the last write, after which nothing can be read.
    response.write(false, ByteBuffer.wrap(answer), new Rest(request, callback));
  }

  /**
   * Throws away the rest of a body after it was answered, for as long as a body may take. Many
   * clients read no answer before they have sent all, and lose it if the connection is closed.
   */
  private final class Rest implements Callback, Runnable {
    private final Request request;
    private final AtomicReference<@Nullable Callback> end;
    private Scheduler.@Nullable Task timeout;

    Rest(Request request, Callback end) {
      this.request = request;
      this.end = new AtomicReference<>(end);
    }

    @Override
    public void succeeded() {
      Scheduler scheduler = request.getComponents().getScheduler();
      timeout = scheduler.schedule(this::close, patience.toNanos(), TimeUnit.NANOSECONDS);
      run();
    }

    @Override
    public void run() {
      while (end.get() != null) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          request.demand(this);
          return;
        }
        chunk.release();
        if (chunk.isLast() || Content.Chunk.isFailure(chunk)) {
          close();
        }
      }
    }

    private void close() {
      Callback callback = end.getAndSet(null);
      if (callback != null) {
        if (timeout != null) {
          timeout.cancel();
        }
        callback.succeeded();
      }
    }

    @Override
    public void failed(Throwable failure) {
      Callback callback = end.getAndSet(null);
      if (callback != null) {
        callback.failed(failure);
      }
    }
  }
}
