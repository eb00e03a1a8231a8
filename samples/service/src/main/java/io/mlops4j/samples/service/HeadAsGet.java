package io.mlops4j.samples.service;

import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers HEAD as GET; Jetty leaves the body out. Javalin answers each HEAD of a known path with
 * 200 and calls no handler, so a service that stops looked ready.
 */
final class HeadAsGet extends Handler.Wrapper {
  HeadAsGet(Handler next) {
    super(next);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    return super.handle(
        HttpMethod.HEAD.is(request.getMethod()) ? new AsGet(request) : request, response, callback);
  }

  private static final class AsGet extends Request.Wrapper {
    AsGet(Request request) {
      super(request);
    }

    @Override
    public String getMethod() {
      return HttpMethod.GET.asString();
    }
  }
}
