package io.mlops4j.samples.service;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.samples.service.inference.Priorities;
import io.mlops4j.samples.service.inference.Problem;
import io.mlops4j.samples.service.inference.ResponseBody;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.ee10.servlet.HttpOutput;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all calls of the model over HTTP share: limits and options. */
final class Calls {
  /** The length of the JSON, if binary data follows it. */
  static final String JSON_LENGTH = "Inference-Header-Content-Length";

  private static final Logger LOG = LoggerFactory.getLogger(Calls.class);
  private static final Set<String> BODIES =
      Set.of("application/json", "application/octet-stream", "application/x-www-form-urlencoded");

  private final Admission admission;
  private final CallOptions options;
  private final int maxBody;

  /**
   * @param maxBody the most bytes of a body, also after it was decompressed
   */
  Calls(Admission admission, Duration deadline, int maxBody) {
    this.admission = admission;
    this.maxBody = maxBody;
    this.options = CallOptions.withDefaults().withDeadline(deadline);
  }

  /** Answers a call. */
  interface Answering {
    ResponseBody answer(Context http);
  }

  /**
   * Answers a call while a place is free. The body has arrived by then, and a client that reads
   * slowly holds no place.
   */
  Handler admitted(Answering call) {
    return http -> send(answer(call, http), http);
  }

  private ResponseBody answer(Answering call, Context http) {
    admission.enter();
    try {
      return call.answer(http);
    } finally {
      admission.leave();
    }
  }

  /**
   * Sends the answer at once. Javalin would copy it through a new buffer of 32 KiB for each
   * response, and through a stream that could compress it. A client that has gone gets none.
   */
  private static void send(ResponseBody body, Context http) throws IOException {
    http.contentType(body.type());
    if (body.jsonLength().isPresent()) {
      http.header(JSON_LENGTH, Integer.toString(body.jsonLength().getAsInt()));
    }
    byte[] bytes = body.bytes();
    if (bytes.length >= Gzip.WORTHWHILE) {
      http.header("Vary", "Accept-Encoding");
      if (Gzip.isAccepted(http.header("Accept-Encoding"))) {
        http.header("Content-Encoding", "gzip");
        bytes = Gzip.encode(bytes);
      }
    }
    if (http.res().getOutputStream() instanceof HttpOutput output) {
      try {
        output.sendContent(ByteBuffer.wrap(bytes));
      } catch (IOException e) {
        LOG.debug("a client has not received its answer", e);
      }
    } else {
      http.result(bytes);
    }
  }

  /** Returns the whole body, which the server has received before it called the handler. */
  byte[] body(Context http) {
    checkType(http.header("Content-Type"));
    byte[] body = http.attribute(WholeBody.BODY);
    String encoding = http.header("Content-Encoding");
    if (body == null || encoding == null || encoding.equals("identity")) {
      return body == null ? new byte[0] : body;
    }
    if (encoding.equals("gzip")) {
      return Gzip.decode(body, maxBody);
    }
    throw new Problem(
        Problem.Kind.UNSUPPORTED,
        "Content-Encoding: found \"" + encoding + "\", expected gzip or none");
  }

  /** Without a type, a body is read as JSON. A form is what curl names if nobody names a type. */
  private static void checkType(@Nullable String type) {
    if (type == null || type.equals("application/json")) {
      return;
    }
    String media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!BODIES.contains(media) && !media.endsWith("+json")) {
      throw new Problem(
          Problem.Kind.UNSUPPORTED,
          "Content-Type: found \"" + type + "\", expected application/json");
    }
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
