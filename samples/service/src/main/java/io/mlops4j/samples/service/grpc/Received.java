package io.mlops4j.samples.service.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import io.mlops4j.samples.service.inference.Problem;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request as it was received: bytes that are no message are a failure of their own. gRPC would
 * answer what its marshaller throws with UNKNOWN and no reason, and log a stack trace for each.
 */
record Received<Q>(@Nullable Q message, @Nullable RuntimeException failure) {
  /** Returns a method whose server receives all that a client sends. */
  static <Q, R> MethodDescriptor<Received<Q>, R> by(MethodDescriptor<Q, R> method) {
    return method.toBuilder(
            new Receiving<>(method.getRequestMarshaller()), method.getResponseMarshaller())
        .build();
  }

  /** Returns the message. */
  Q get() {
    if (message != null) {
      return message;
    }
    RuntimeException why = Objects.requireNonNull(failure, "message or failure");
    Status status = Status.fromThrowable(why);
    if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED) { // more bytes than the limit
      throw new Problem(Problem.Kind.TOO_LARGE, String.valueOf(status.getDescription()));
    }
    Throwable cause = why.getCause() == null ? why : why.getCause();
    throw Problem.badInput("request: found no message of protobuf: " + cause.getMessage());
  }

  private record Receiving<Q>(Marshaller<Q> message) implements Marshaller<Received<Q>> {
    @Override
    public InputStream stream(Received<Q> received) {
      throw new UnsupportedOperationException("only for servers");
    }

    @Override
    public Received<Q> parse(InputStream stream) {
      try {
        return new Received<>(message.parse(stream), null);
      } catch (RuntimeException e) {
        return new Received<>(null, e);
      }
    }
  }
}
