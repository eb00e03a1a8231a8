package io.mlops4j.samples.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.feature.FeatureBatch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A request sees nothing of those before it, whose memory it uses again. */
class RequestPoolTest {
  private final RootAllocator memory = new RootAllocator();
  private final RequestPool requests = new RequestPool(memory, new AnyNameButX());

  private static final class AnyNameButX implements RequestPool.Names {
    @Override
    public void requireInput(String name) {
      if (name.equals("x")) {
        throw Problem.badInput("input x");
      }
    }

    @Override
    public void requireOutput(String name) {
      if (name.equals("x")) {
        throw Problem.badInput("output x");
      }
    }
  }

  @AfterEach
  void allMemoryIsFreed() {
    requests.close();
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private InferenceRequest read(String json) {
    return InferenceJson.read(requests, json.getBytes(StandardCharsets.UTF_8), OptionalInt.empty());
  }

  private static String inputs(String shape, String numbers, String texts) {
    return """
    {"inputs":[{"name":"n","shape":%s,"datatype":"INT64","data":[%s]},
    {"name":"t","shape":%s,"datatype":"BYTES","data":[%s]}]}\
    """
        .formatted(shape, numbers, shape, texts);
  }

  /** A request of sixty thousand wrong names took more than a second, and much of the heap. */
  @Test
  void aWrongNameTakesNoMemory() {
    String input =
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}";
    assertThatThrownBy(() -> read(input)).hasMessage("input x");
    assertThatThrownBy(() -> read("{\"outputs\":[{\"name\":\"x\"}],\"inputs\":[]}"))
        .hasMessage("output x");
    assertThat(memory.getPeakMemoryAllocation()).isZero();
  }

  private static String show(FeatureBatch batch) {
    StringBuilder rows = new StringBuilder();
    for (FieldVector column : batch.root().getFieldVectors()) {
      rows.append(column.getName()).append('=');
      for (int i = 0; i < batch.rows(); i++) {
        rows.append(column.isNull(i) ? "null" : column.getObject(i)).append(' ');
      }
    }
    return rows.toString().strip();
  }

  private String answered(String json) {
    try (InferenceRequest request = read(json)) {
      String rows = show(request.batch());
      request.answered();
      return rows;
    }
  }

  @Test
  void rowsOfAnEarlierRequestAreNotSeen() {
    assertThat(answered(inputs("[3]", "1,2,3", "\"a longer text\",\"b\",\"\"")))
        .isEqualTo("n=1 2 3 t=a longer text b");
    assertThat(answered(inputs("[1]", "-4", "\"ü\""))).isEqualTo("n=-4 t=ü");
    assertThat(answered(inputs("[0]", "", ""))).isEqualTo("n=t=");
    assertThat(answered(inputs("[2,1]", "5,6", "\"\",\"z\""))).isEqualTo("n=5 6 t= z");
  }

  @Test
  void theSameVectorsServeTheNextRequestOfTheForm() {
    FieldVector first;
    try (InferenceRequest request = read(inputs("[2]", "1,2", "\"a\",\"b\""))) {
      first = request.batch().column("n");
      request.answered();
    }
    try (InferenceRequest request = read(inputs("[1]", "9", "\"c\""))) {
      assertThat(request.batch().column("n")).isSameAs(first);
      assertThat(((BigIntVector) first).get(0)).isEqualTo(9);
      request.answered();
    }
  }

  /** Otherwise the model would look for its inputs in each. */
  @Test
  void requestsOfOneFormHaveOneSchema() {
    String other =
        "{\"inputs\":[{\"name\":\"n\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[0.5]}]}";
    try (InferenceRequest one = read(inputs("[2]", "1,2", "\"a\",\"b\""));
        InferenceRequest same = read(inputs("[1]", "9", "\"c\""));
        InferenceRequest doubles = read(other)) {
      assertThat(one.batch().root().getSchema()).isSameAs(same.batch().root().getSchema());
      assertThat(doubles.batch().root().getSchema()).isNotEqualTo(same.batch().root().getSchema());
    }
  }

  @Test
  void requestsOfOtherFormsFollowEachOther() {
    assertThat(answered(inputs("[1]", "1", "\"a\""))).isEqualTo("n=1 t=a");
    assertThat(
            answered(
                "{\"inputs\":[{\"name\":\"n\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[0.5]}]}"))
        .isEqualTo("n=0.5");
    assertThat(
            answered(
                "{\"inputs\":[{\"name\":\"m\",\"shape\":[2],\"datatype\":\"BOOL\",\"data\":[true,false]}]}"))
        .isEqualTo("m=true false");
    assertThat(answered(inputs("[1]", "2", "\"b\""))).isEqualTo("n=2 t=b");
    String matrix =
        "{\"inputs\":[{\"name\":\"n\",\"shape\":[1,2],\"datatype\":\"INT64\",\"data\":[7,8]}]}";
    assertThat(answered(matrix)).isEqualTo("n=[7,8]");
    assertThat(answered(inputs("[1]", "3", "\"c\""))).isEqualTo("n=3 t=c");
  }

  @Test
  void aRequestThatFailedLeavesNothing() {
    assertThat(answered(inputs("[1]", "1", "\"a\""))).isEqualTo("n=1 t=a");
    assertThatThrownBy(() -> read(inputs("[2]", "7,8", "\"x\",5"))).isInstanceOf(Problem.class);
    assertThatThrownBy(() -> answered(inputs("[2]", "7", "\"x\",\"y\"")))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("n: found 1 elements, expected 2");
    try (InferenceRequest unanswered = read(inputs("[1]", "6", "\"q\""))) {
      assertThat(show(unanswered.batch())).isEqualTo("n=6 t=q");
    }
    assertThat(answered(inputs("[1]", "1", "\"a\""))).isEqualTo("n=1 t=a");
  }

  @Test
  void largeRequestsAndRequestsAfterTheEndKeepNoMemory() {
    int rows = 20_000;
    String numbers = String.join(",", IntStream.range(0, rows).mapToObj(String::valueOf).toList());
    String texts = String.join(",", Arrays.stream(new int[rows]).mapToObj(i -> "\"\"").toList());
    assertThat(answered(inputs("[" + rows + "]", numbers, texts))).startsWith("n=0 1 2 ");
    assertThat(memory.getAllocatedMemory()).isZero();
    try (InferenceRequest request = read(inputs("[1]", "1", "\"a\""))) {
      requests.close();
      assertThat(((VarCharVector) request.batch().column("t")).getObject(0)).hasToString("a");
      request.answered();
    }
    assertThat(memory.getAllocatedMemory()).isZero();
  }
}
