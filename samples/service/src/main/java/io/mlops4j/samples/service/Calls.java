package io.mlops4j.samples.service;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.samples.service.inference.Priorities;
import io.mlops4j.samples.service.inference.Problem;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What all calls of the model over HTTP share: limits and options. */
final class Calls {
  private final Admission admission;
  private final CallOptions options;

  Calls(Admission admission, Duration deadline) {
    this.admission = admission;
    this.options = CallOptions.withDefaults().withDeadline(deadline);
  }

  /** Runs the handler while a place is free. The body has arrived by then. */
  Handler admitted(Handler handler) {
    return http -> {
      admission.enter();
      try {
        handler.handle(http);
      } finally {
        admission.leave();
      }
    };
  }

  /** Returns the whole body, which the server has received before it called the handler. */
  static byte[] body(Context http) {
    String encoding = http.header("Content-Encoding");
    if (encoding != null && !encoding.equals("identity")) {
      throw new Problem(
          Problem.Kind.UNSUPPORTED,
          "Content-Encoding: found \"" + encoding + "\", expected none; send the body as it is");
    }
    byte[] body = http.attribute(WholeBody.BODY);
    return body == null ? new byte[0] : body;
  }

  /**
   * The deadline, the trace of the caller, the customer or session, whose calls all go to one
   * version during a rollout, and how important the call is when there are too many.
   */
  CallOptions options(Context http) {
    CallOptions own = options;
    @Nullable String traceparent = http.header("traceparent");
    if (traceparent != null) {
      own = own.withTraceparent(traceparent);
    }
    @Nullable String key = http.header("X-Routing-Key");
    if (key != null) {
      own = own.withKey(key);
    }
    @Nullable String priority = http.header(Priorities.HEADER);
    return priority == null ? own : own.withPriority(Priorities.parse(priority));
  }
}
