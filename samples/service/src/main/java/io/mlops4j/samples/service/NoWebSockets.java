package io.mlops4j.samples.service;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers a request for a web socket as any other, as HTTP allows. Javalin would begin a session
 * for each, which nothing ends, so that clients could fill the heap.
 */
final class NoWebSockets extends Handler.Wrapper {
  NoWebSockets(Handler next) {
    super(next);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    boolean webSocket = request.getHeaders().contains(HttpHeader.SEC_WEBSOCKET_VERSION);
    return super.handle(webSocket ? new Plain(request) : request, response, callback);
  }

  private static final class Plain extends Request.Wrapper {
    private final HttpFields headers;

    Plain(Request request) {
      super(request);
      headers = HttpFields.build(request.getHeaders()).remove(HttpHeader.SEC_WEBSOCKET_VERSION);
    }

    @Override
    public HttpFields getHeaders() {
      return headers;
    }
  }
}
