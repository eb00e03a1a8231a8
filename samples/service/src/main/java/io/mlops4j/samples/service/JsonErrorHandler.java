package io.mlops4j.samples.service;

import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Answers what fails before a handler runs, such as a body that is too large or never arrives. */
final class JsonErrorHandler extends ErrorHandler {
  /** Jetty's own choice leaves out OPTIONS and PRI, by which a client of HTTP/2 begins. */
  @Override
  public boolean errorPageForMethod(String method) {
    return true;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    String text = message == null ? "the request failed" : message;
    response.write(true, ByteBuffer.wrap(json(text)), callback);
  }

  static byte[] json(String message) {
    return Json.write(Map.of("error", message));
  }
}
