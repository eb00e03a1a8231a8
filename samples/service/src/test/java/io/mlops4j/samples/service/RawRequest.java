package io.mlops4j.samples.service;

import io.grpc.MethodDescriptor;
import io.mlops4j.samples.service.grpc.InferenceMethods;
import io.mlops4j.samples.service.grpc.message.ModelInferResponse;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** The bytes of a request, which are sent as they are. */
final class RawRequest implements MethodDescriptor.Marshaller<byte[]> {
  static final MethodDescriptor<byte[], ModelInferResponse> INFER =
      InferenceMethods.MODEL_INFER.toBuilder(
              new RawRequest(), InferenceMethods.MODEL_INFER.getResponseMarshaller())
          .build();

  private RawRequest() {}

  @Override
  public InputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public byte[] parse(InputStream stream) {
    throw new UnsupportedOperationException("only for clients");
  }
}
