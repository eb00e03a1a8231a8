package io.mlops4j.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValueFileTest {
  @TempDir Path folder;

  private Tensor read(TensorProto.Builder proto) throws Exception {
    return read(proto, proto.getDataType());
  }

  private Tensor read(TensorProto.Builder proto, int declared) throws Exception {
    Path file = Files.write(folder.resolve("input_0.pb"), proto.build().toByteArray());
    TypeProto type =
        TypeProto.newBuilder()
            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(declared))
            .build();
    return ValueFile.read(file, type).tensors().get(0);
  }

  private static TensorProto.Builder tensor(DataType type) {
    return TensorProto.newBuilder().setDataType(type.getNumber()).addDims(1);
  }

  @Test
  void elementsMayStandInFieldsOfALargerType() throws Exception {
    assertThat(read(tensor(DataType.FLOAT16).addInt32Data(0xbc01)).bytes())
        .containsExactly(1, 0xbc);
    assertThat(read(tensor(DataType.INT8).addInt32Data(-2)).bytes()).containsExactly(-2);
    assertThat(read(tensor(DataType.BOOL).addInt32Data(1)).bytes()).containsExactly(1);
    assertThat(read(tensor(DataType.UINT32).addUint64Data(0xfffffffeL)).bytes())
        .containsExactly(0xfe, 0xff, 0xff, 0xff);
    assertThat(read(tensor(DataType.UINT64).addUint64Data(3)).bits().getLong(0)).isEqualTo(3);
    assertThat(read(tensor(DataType.INT64).addInt64Data(-3)).bits().getLong(0)).isEqualTo(-3);
    assertThat(read(tensor(DataType.FLOAT).addFloatData(0.5f)).bits().getFloat(0)).isEqualTo(0.5f);
    assertThat(read(tensor(DataType.DOUBLE).addDoubleData(0.5)).bits().getDouble(0)).isEqualTo(0.5);
  }

  @Test
  void bfloat16StandsInUint16() throws Exception {
    TensorProto.Builder bits = tensor(DataType.UINT16).setRawData(ByteString.fromHex("803f"));
    assertThat(read(bits, DataType.BFLOAT16_VALUE)).hasToString("bfloat16[1]");
    assertThat(read(bits, DataType.UINT16_VALUE)).hasToString("uint16[1]");
  }

  @Test
  void asManyElementsAsTheShapeSays() {
    TensorProto.Builder two = tensor(DataType.INT32).addInt32Data(1).addInt32Data(2);
    assertThatThrownBy(() -> read(two))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("input_0.pb: found 2 elements, expected those of int32[1]");
    assertThatThrownBy(() -> read(two.addDims(Long.MAX_VALUE).addDims(Long.MAX_VALUE)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read(tensor(DataType.INT32).addFloatData(1).addDoubleData(2)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void otherTypesAreNotCompared() {
    assertThatThrownBy(() -> read(tensor(DataType.FLOAT8E5M2).addInt32Data(1)))
        .isInstanceOf(NotCompared.class)
        .hasMessageContaining("FLOAT8E5M2");
    assertThatThrownBy(() -> read(tensor(DataType.FLOAT).setDataType(77)))
        .isInstanceOf(NotCompared.class);
  }
}
