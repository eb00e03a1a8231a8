package io.mlops4j.samples.service.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.mlops4j.samples.service.grpc.message.InferParameter;
import io.mlops4j.samples.service.grpc.message.InferTensorContents;
import io.mlops4j.samples.service.grpc.message.ModelInferRequest;
import io.mlops4j.samples.service.grpc.message.ModelInferRequest.InferInputTensor;
import io.mlops4j.samples.service.grpc.message.ModelInferRequest.InferRequestedOutputTensor;
import io.mlops4j.samples.service.grpc.message.ModelInferResponse;
import io.mlops4j.samples.service.grpc.message.ModelInferResponse.InferOutputTensor;
import io.mlops4j.samples.service.inference.DataType;
import io.mlops4j.samples.service.inference.InferenceRequest;
import io.mlops4j.samples.service.inference.InferenceResponse;
import io.mlops4j.samples.service.inference.InputTensor;
import io.mlops4j.samples.service.inference.OutputTensor;
import io.mlops4j.samples.service.inference.Problem;
import io.mlops4j.samples.service.inference.RequestPool;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.LongConsumer;

/** Translates between messages and the protocol's tensors. */
final class Messages {
  private Messages() {}

  /** Reads a request; the caller closes it. */
  static InferenceRequest read(RequestPool requests, ModelInferRequest message) {
    checkParameters(message);
    List<ByteString> raw = message.getRawInputContentsList();
    if (!raw.isEmpty() && raw.size() != message.getInputsCount()) {
      throw Problem.badInput(
          "raw_input_contents: found %d, expected one for each of %d inputs"
              .formatted(raw.size(), message.getInputsCount()));
    }
    if (message.getInputsCount() == 0) {
      throw Problem.badInput("inputs: found none, expected one for each input of the model");
    }
    InferenceRequest request = requests.take(message.getSerializedSize());
    try {
      request.id(message.getId());
      for (int i = 0; i < message.getInputsCount(); i++) {
        InferInputTensor input = message.getInputs(i);
        long[] shape = input.getShapeList().stream().mapToLong(Long::longValue).toArray();
        InputTensor tensor = request.input(input.getName(), input.getDatatype(), shape);
        if (raw.isEmpty()) {
          read(input.getName(), input.getContents(), tensor);
        } else if (input.hasContents()) {
          throw Problem.badInput(
              input.getName() + ": found both contents and raw_input_contents, expected one");
        } else {
          tensor.addRaw(raw.get(i).asReadOnlyByteBuffer());
        }
      }
      message.getOutputsList().forEach(output -> request.output(output.getName(), null));
      return request;
    } catch (RuntimeException e) {
      request.close();
      throw e;
    }
  }

  private static void checkParameters(ModelInferRequest message) {
    message.getParametersMap().keySet().forEach(InferenceRequest::checkParameter);
    for (InferInputTensor input : message.getInputsList()) {
      input.getParametersMap().keySet().forEach(InferenceRequest::checkParameter);
    }
    for (InferRequestedOutputTensor output : message.getOutputsList()) {
      output.getParametersMap().keySet().forEach(InferenceRequest::checkParameter);
    }
  }

  private static long count(InferTensorContents contents) {
    return (long) contents.getBoolContentsCount()
        + contents.getIntContentsCount()
        + contents.getInt64ContentsCount()
        + contents.getUintContentsCount()
        + contents.getUint64ContentsCount()
        + contents.getFp32ContentsCount()
        + contents.getFp64ContentsCount()
        + contents.getBytesContentsCount();
  }

  private static void read(String name, InferTensorContents contents, InputTensor tensor) {
    int read = add(name, contents, tensor);
    if (read != count(contents)) {
      throw Problem.badInput(
          "%s: found contents of another type, expected only those for %s"
              .formatted(name, tensor.type()));
    }
  }

  /** Adds the list of the input's type, and returns its size. */
  private static int add(String name, InferTensorContents contents, InputTensor tensor) {
    switch (tensor.type()) {
      case BOOL -> contents.getBoolContentsList().forEach(tensor::add);
      case INT8, INT16, INT32 ->
          contents.getIntContentsList().forEach(value -> tensor.add((long) value));
      case INT64 -> contents.getInt64ContentsList().forEach(value -> tensor.add((long) value));
      case UINT8, UINT16, UINT32 ->
          contents
              .getUintContentsList()
              .forEach(value -> tensor.add(Integer.toUnsignedLong(value)));
      case UINT64 -> contents.getUint64ContentsList().forEach(tensor::addUnsigned);
      case FP16 ->
          throw Problem.badInput(name + ": found contents, expected raw_input_contents for FP16");
      case FP32 -> contents.getFp32ContentsList().forEach(value -> tensor.add((double) value));
      case FP64 -> contents.getFp64ContentsList().forEach(value -> tensor.add((double) value));
      case BYTES ->
          contents
              .getBytesContentsList()
              .forEach(text -> tensor.add(text.toByteArray(), 0, text.size()));
    }
    return tensor.written();
  }

  /**
   * Writes an answer: raw if the request was, otherwise as lists of the outputs' types. There is no
   * list for FP16, and if one output is raw, all must be: clients find raw contents by the number
   * of the output.
   */
  static ModelInferResponse write(ModelInferRequest request, InferenceResponse response) {
    ModelInferResponse.Builder message =
        ModelInferResponse.newBuilder()
            .setModelName(response.by().model())
            .setModelVersion(response.by().version())
            .setId(request.getId())
            .putParameters("digest", text(response.by().digest()));
    if (response.predictionId() != null) {
      message.putParameters("prediction_id", text(response.predictionId()));
    }
    boolean raw =
        request.getRawInputContentsCount() > 0
            || response.outputs().stream().anyMatch(output -> output.type() == DataType.FP16);
    for (OutputTensor output : response.outputs()) {
      InferOutputTensor.Builder tensor =
          InferOutputTensor.newBuilder().setName(output.name()).setDatatype(output.type().name());
      for (long size : output.shape()) {
        tensor.addShape(size);
      }
      if (raw) {
        message.addRawOutputContents(UnsafeByteOperations.unsafeWrap(output.raw()));
      } else {
        tensor.setContents(contents(output));
      }
      message.addOutputs(tensor);
    }
    return message.build();
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  private static InferTensorContents contents(OutputTensor output) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    ByteBuffer raw = ByteBuffer.wrap(output.raw()).order(ByteOrder.LITTLE_ENDIAN);
    LongConsumer ints = value -> contents.addIntContents((int) value);
    LongConsumer unsigned = value -> contents.addUintContents((int) value);
    while (raw.hasRemaining()) {
      switch (output.type()) {
        case BOOL -> contents.addBoolContents(raw.get() != 0);
        case INT8 -> ints.accept(raw.get());
        case INT16 -> ints.accept(raw.getShort());
        case INT32 -> ints.accept(raw.getInt());
        case INT64 -> contents.addInt64Contents(raw.getLong());
        case UINT8 -> unsigned.accept(Byte.toUnsignedLong(raw.get()));
        case UINT16 -> unsigned.accept(Short.toUnsignedLong(raw.getShort()));
        case UINT32 -> unsigned.accept(raw.getInt());
        case UINT64 -> contents.addUint64Contents(raw.getLong());
        case FP16 -> throw new IllegalStateException("has no list of its own");
        case FP32 -> contents.addFp32Contents(raw.getFloat());
        case FP64 -> contents.addFp64Contents(raw.getDouble());
        case BYTES -> {
          byte[] text = new byte[raw.getInt()];
          raw.get(text);
          contents.addBytesContents(UnsafeByteOperations.unsafeWrap(text));
        }
      }
    }
    return contents.build();
  }
}
