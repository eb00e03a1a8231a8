package io.mlops4j.samples.service.grpc;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.mlops4j.samples.service.grpc.message.ModelInferRequest;
import io.mlops4j.samples.service.grpc.message.ModelInferResponse;
import io.mlops4j.samples.service.grpc.message.ModelMetadataRequest;
import io.mlops4j.samples.service.grpc.message.ModelMetadataResponse;
import io.mlops4j.samples.service.grpc.message.ModelReadyRequest;
import io.mlops4j.samples.service.grpc.message.ModelReadyResponse;
import io.mlops4j.samples.service.grpc.message.ServerLiveRequest;
import io.mlops4j.samples.service.grpc.message.ServerLiveResponse;
import io.mlops4j.samples.service.grpc.message.ServerMetadataRequest;
import io.mlops4j.samples.service.grpc.message.ServerMetadataResponse;
import io.mlops4j.samples.service.grpc.message.ServerReadyRequest;
import io.mlops4j.samples.service.grpc.message.ServerReadyResponse;

/**
 * The methods of {@code inference.GRPCInferenceService}, for servers and clients. Six lines by hand
 * save the code generator of gRPC, which is another binary for each platform.
 */
public final class InferenceMethods {
  static final String SERVICE = "inference.GRPCInferenceService";

  public static final MethodDescriptor<ServerLiveRequest, ServerLiveResponse> SERVER_LIVE =
      unary(
          "ServerLive",
          ServerLiveRequest.getDefaultInstance(),
          ServerLiveResponse.getDefaultInstance());
  public static final MethodDescriptor<ServerReadyRequest, ServerReadyResponse> SERVER_READY =
      unary(
          "ServerReady",
          ServerReadyRequest.getDefaultInstance(),
          ServerReadyResponse.getDefaultInstance());
  public static final MethodDescriptor<ModelReadyRequest, ModelReadyResponse> MODEL_READY =
      unary(
          "ModelReady",
          ModelReadyRequest.getDefaultInstance(),
          ModelReadyResponse.getDefaultInstance());
  public static final MethodDescriptor<ServerMetadataRequest, ServerMetadataResponse>
      SERVER_METADATA =
          unary(
              "ServerMetadata",
              ServerMetadataRequest.getDefaultInstance(),
              ServerMetadataResponse.getDefaultInstance());
  public static final MethodDescriptor<ModelMetadataRequest, ModelMetadataResponse> MODEL_METADATA =
      unary(
          "ModelMetadata",
          ModelMetadataRequest.getDefaultInstance(),
          ModelMetadataResponse.getDefaultInstance());
  public static final MethodDescriptor<ModelInferRequest, ModelInferResponse> MODEL_INFER =
      unary(
          "ModelInfer",
          ModelInferRequest.getDefaultInstance(),
          ModelInferResponse.getDefaultInstance());

  private InferenceMethods() {}

  private static <Q extends Message, R extends Message> MethodDescriptor<Q, R> unary(
      String name, Q request, R response) {
    return MethodDescriptor.<Q, R>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(ProtoUtils.marshaller(request))
        .setResponseMarshaller(ProtoUtils.marshaller(response))
        .build();
  }
}
