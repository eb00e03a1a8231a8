package io.mlops4j.samples.service.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ServerCalls;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.samples.service.grpc.message.ModelInferRequest;
import io.mlops4j.samples.service.grpc.message.ModelInferResponse;
import io.mlops4j.samples.service.grpc.message.ModelMetadataRequest;
import io.mlops4j.samples.service.grpc.message.ModelMetadataResponse;
import io.mlops4j.samples.service.grpc.message.ModelMetadataResponse.TensorMetadata;
import io.mlops4j.samples.service.grpc.message.ModelReadyRequest;
import io.mlops4j.samples.service.grpc.message.ModelReadyResponse;
import io.mlops4j.samples.service.grpc.message.ServerLiveResponse;
import io.mlops4j.samples.service.grpc.message.ServerMetadataResponse;
import io.mlops4j.samples.service.grpc.message.ServerReadyResponse;
import io.mlops4j.samples.service.inference.InferenceRequest;
import io.mlops4j.samples.service.inference.Priorities;
import io.mlops4j.samples.service.inference.Problem;
import io.mlops4j.samples.service.inference.ServedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Serves {@code inference.GRPCInferenceService} and {@code grpc.health.v1.Health}. */
public final class GrpcServer implements AutoCloseable {
  private static final Context.Key<Metadata> HEADERS = Context.key("headers");
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> ROUTING_KEY =
      Metadata.Key.of("x-routing-key", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> PRIORITY =
      Metadata.Key.of(Priorities.HEADER, Metadata.ASCII_STRING_MARSHALLER);

  /** Clients that send pings more often, or without a call, are disconnected. */
  private static final Duration MOST_PINGS = Duration.ofSeconds(30);

  /** Clients that cancel more calls in a second are disconnected. */
  private static final int MOST_CANCELLED = 1_000;

  /** What clients do wrong is told to them; they must not fill the log with stack traces. */
  private static final List<Logger> QUIET =
      Stream.of("NettyServerHandler", "NettyServerStream", "NettyServerTransport.connections")
          .map(name -> Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty." + name))
          .toList();

  private final ServedModel model;
  private final Limits limits;
  private final Function<Throwable, Problem> problems;
  private final EventLoopGroup threads;
  private final CallTimes times;
  private final HealthStatusManager health = new HealthStatusManager();
  private final Server server;

  /**
   * What bounds the calls.
   *
   * @param maxBody the most bytes of a message
   * @param maxCalls the most calls of a connection at a time
   * @param maxConnections the most connections; further ones are closed at once
   * @param idle after this time without a call, a connection is closed
   * @param deadline the time of a call; that of the client if it is shorter
   * @param transfer the time in which a connection must be made, and a call's request and answer
   *     must be transferred
   * @param left the time that running calls get when the server stops
   * @param enter admits a call or throws
   * @param leave ends it
   * @param ready whether calls are admitted
   */
  public record Limits(
      int maxBody,
      int maxCalls,
      int maxConnections,
      Duration idle,
      Duration deadline,
      Duration transfer,
      Supplier<Duration> left,
      Runnable enter,
      Runnable leave,
      BooleanSupplier ready) {}

  private GrpcServer(
      ServedModel model,
      Limits limits,
      Function<Throwable, Problem> problems,
      InetSocketAddress address) {
    this.model = model;
    this.limits = limits;
    this.problems = problems;
    QUIET.forEach(logger -> logger.setLevel(Level.SEVERE));
    this.threads =
        new MultiThreadIoEventLoopGroup(
            new DefaultThreadFactory("grpc", true), NioIoHandler.newFactory());
    this.times = new CallTimes(limits.transfer().plus(limits.deadline()), threads);
    health.setStatus(InferenceMethods.SERVICE, ServingStatus.SERVING);
    this.server =
        NettyServerBuilder.forAddress(address)
            .channelFactory(() -> new LimitedServerChannel(limits.maxConnections()))
            .bossEventLoopGroup(threads)
            .workerEventLoopGroup(threads)
            .handshakeTimeout(limits.transfer().toNanos(), TimeUnit.NANOSECONDS)
            .maxConnectionIdle(limits.idle().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveTime(MOST_PINGS.toNanos(), TimeUnit.NANOSECONDS)
            .maxRstFramesPerWindow(MOST_CANCELLED, 1)
            .maxInboundMessageSize(limits.maxBody())
            .maxConcurrentCallsPerConnection(limits.maxCalls())
            .addStreamTracerFactory(times)
            .intercept(new HeadersInContext())
            .addService(service())
            .addService(health.getHealthService())
            .build();
  }

  /** Starts the server. */
  public static GrpcServer start(
      ServedModel model,
      Limits limits,
      Function<Throwable, Problem> problems,
      InetSocketAddress address) {
    GrpcServer grpc = new GrpcServer(model, limits, problems, address);
    try {
      grpc.server.start();
    } catch (IOException e) {
      grpc.close();
      throw new UncheckedIOException("gRPC cannot listen at " + address, e);
    }
    return grpc;
  }

  public int port() {
    return server.getPort();
  }

  private ServerServiceDefinition service() {
    ServerServiceDefinition.Builder service =
        ServerServiceDefinition.builder(InferenceMethods.SERVICE);
    add(
        service,
        InferenceMethods.SERVER_LIVE,
        request -> ServerLiveResponse.newBuilder().setLive(true).build());
    add(
        service,
        InferenceMethods.SERVER_READY,
        request -> ServerReadyResponse.newBuilder().setReady(isReady()).build());
    add(
        service,
        InferenceMethods.SERVER_METADATA,
        request ->
            ServerMetadataResponse.newBuilder()
                .setName(ServedModel.SERVER)
                .setVersion(ServedModel.SERVER_VERSION)
                .addAllExtensions(ServedModel.EXTENSIONS)
                .build());
    add(service, InferenceMethods.MODEL_READY, this::modelReady);
    add(service, InferenceMethods.MODEL_METADATA, this::metadata);
    add(service, InferenceMethods.MODEL_INFER, this::infer);
    return service.build();
  }

  private <Q, R> void add(
      ServerServiceDefinition.Builder service,
      MethodDescriptor<Q, R> method,
      Function<Q, R> answer) {
    service.addMethod(
        Received.by(method),
        ServerCalls.asyncUnaryCall(
            (request, observer) -> {
              try {
                observer.onNext(answer.apply(request.get()));
                observer.onCompleted();
              } catch (RuntimeException e) {
                Problem problem = problems.apply(e);
                observer.onError(
                    status(problem).withDescription(problem.text()).asRuntimeException());
              }
            }));
  }

  private static Status status(Problem problem) {
    return switch (problem.kind()) {
      case BAD_INPUT -> Status.INVALID_ARGUMENT;
      case NOT_FOUND -> Status.NOT_FOUND;
      case TOO_LARGE -> Status.RESOURCE_EXHAUSTED;
      case UNSUPPORTED -> Status.UNIMPLEMENTED;
      case UNAVAILABLE -> Status.UNAVAILABLE;
      case DEADLINE -> Status.DEADLINE_EXCEEDED;
      case INTERNAL -> Status.INTERNAL;
    };
  }

  private boolean isReady() {
    return limits.ready().getAsBoolean();
  }

  private ModelReadyResponse modelReady(ModelReadyRequest request) {
    boolean known = model.isKnown(request.getName(), request.getVersion());
    return ModelReadyResponse.newBuilder().setReady(known && isReady()).build();
  }

  private ModelMetadataResponse metadata(ModelMetadataRequest request) {
    ServedModel.Metadata metadata = model.metadata(request.getName(), request.getVersion());
    return ModelMetadataResponse.newBuilder()
        .setName(metadata.name())
        .addAllVersions(metadata.versions())
        .setPlatform(metadata.platform())
        .addAllInputs(tensors(metadata.inputs()))
        .addAllOutputs(tensors(metadata.outputs()))
        .build();
  }

  private static List<TensorMetadata> tensors(List<ServedModel.Tensor> tensors) {
    return tensors.stream()
        .map(
            tensor ->
                TensorMetadata.newBuilder()
                    .setName(tensor.name())
                    .setDatatype(tensor.datatype().name())
                    .addAllShape(tensor.shape())
                    .build())
        .toList();
  }

  private ModelInferResponse infer(ModelInferRequest message) {
    limits.enter().run();
    try (InferenceRequest request = Messages.read(model.requests(), message)) {
      return model.infer(
          message.getModelName(),
          message.getModelVersion(),
          request,
          options(),
          response -> Messages.write(message, response));
    } finally {
      limits.leave().run();
    }
  }

  private CallOptions options() {
    Duration time = limits.deadline();
    Deadline deadline = Context.current().getDeadline();
    if (deadline != null) {
      // Not less than a tenth: a client must not open the breaker by deadlines that nobody can
      // meet.
      long least = Math.max(1, time.toNanos() / 10);
      long left = Math.max(least, deadline.timeRemaining(TimeUnit.NANOSECONDS));
      time = left < time.toNanos() ? Duration.ofNanos(left) : time;
    }
    CallOptions options = CallOptions.withDefaults().withDeadline(time);
    Metadata headers = HEADERS.get();
    @Nullable String traceparent = headers.get(TRACEPARENT);
    @Nullable String key = headers.get(ROUTING_KEY);
    options = traceparent == null ? options : options.withTraceparent(traceparent);
    options = key == null ? options : options.withKey(key);
    @Nullable String priority = headers.get(PRIORITY);
    return priority == null ? options : options.withPriority(Priorities.parse(priority));
  }

  /** Lets a method read the headers of its call. */
  private static final class HeadersInContext implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      return Contexts.interceptCall(
          Context.current().withValue(HEADERS, headers), call, headers, next);
    }
  }

  /** Tells health checks that no further calls are admitted. */
  public void stopping() {
    health.enterTerminalState();
  }

  /**
   * Stops: running calls get their time, and then end. A client that does not confirm the end of
   * its connection is waited for no longer than a second.
   */
  @Override
  public void close() {
    server.shutdown();
    try {
      times.awaitNone(limits.left().get());
      server.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.shutdownNow();
    boolean unused =
        threads
            .shutdownGracefully(0, 1, TimeUnit.SECONDS)
            .awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
