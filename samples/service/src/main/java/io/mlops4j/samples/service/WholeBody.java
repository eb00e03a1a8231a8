package io.mlops4j.samples.service;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Receives the whole body before the next handler runs, so that a slow client holds no thread and
 * no place. A body that is too large is answered with 413, one that takes too long with 408.
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
    Received body = new Received();
    Content.Source.asByteArrayAsync(request, most, body);
    if (body.isDone()) {
      arrived(body, request, response, callback);
      return true;
    }
    Scheduler.Task timeout =
        request
            .getComponents()
            .getScheduler()
            .schedule(
                () -> body.completeExceptionally(new TimeoutException()),
                patience.toNanos(),
                TimeUnit.NANOSECONDS);
    CompletableFuture<?> unused =
        body.whenComplete(
            (bytes, failure) -> {
              timeout.cancel();
              request
                  .getComponents()
                  .getExecutor()
                  .execute(() -> arrived(body, request, response, callback));
            });
    return true;
  }

  /** Completed by the server; what follows runs on another thread, so that it may block. */
  private static final class Received extends CompletableFuture<byte[]>
      implements Promise.Invocable<byte[]> {
    @Override
    public void succeeded(byte[] bytes) {
      complete(bytes);
    }

    @Override
    public void failed(Throwable failure) {
      completeExceptionally(failure);
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }
  }

  private void arrived(
      CompletableFuture<byte[]> body, Request request, Response response, Callback callback) {
    try {
      request.setAttribute(BODY, body.join());
    } catch (CompletionException e) {
      failed(e.getCause(), request, response, callback);
      return;
    }
    try {
      if (!super.handle(request, response, callback)) {
        Response.writeError(request, response, callback, 404);
      }
    } catch (Exception e) {
      Response.writeError(request, response, callback, e);
    }
  }

  private void failed(
      @Nullable Throwable cause, Request request, Response response, Callback callback) {
    if (cause instanceof TimeoutException) {
      response.getHeaders().put("Connection", "close");
      String message = "body: did not arrive within " + patience.toMillis() + " ms";
      Response.writeError(request, response, callback, 408, message);
    } else if (cause instanceof IllegalStateException) {
      tooLarge(request, response, callback);
    } else {
      Response.writeError(request, response, callback, 400, "body: the connection failed");
    }
  }

  private void tooLarge(Request request, Response response, Callback callback) {
    response.getHeaders().put("Connection", "close");
    String message = "body: expected at most " + most + " bytes, as MLOPS_MAX_BODY says";
    Response.writeError(request, response, callback, 413, message);
  }
}
