package io.mlops4j.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ElementType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The committed selection, by the command as anyone runs it. */
class ConformanceTest {
  private static final Path CASES =
      Path.of("src/test/resources/io/mlops4j/bench/conformance/cases");
  private static final String[] REFUSED = {
    "node/test_adam",
    "node/test_cast_FLOAT8E4M3FN_to_FLOAT",
    "node/test_cast_FLOAT_to_FLOAT8E5M2",
    "node/test_cast_FLOAT_to_UINT4",
    "node/test_cast_INT4_to_INT8",
    "node/test_identity_opt",
    "node/test_identity_sequence",
    "node/test_loop16_seq_none",
    "node/test_max_uint16",
    "node/test_optional_get_element_optional_tensor",
    "node/test_optional_has_element_empty_optional_input",
    "node/test_sequence_insert_at_back"
  };

  @Test
  void whatRawAnswersTheLibraryAnswersBitByBitAndTheRestItRefuses() {
    Run run = Run.on(CASES);

    assertThat(run.names("failed")).isEmpty();
    assertThat(run.names("refused")).containsExactly(REFUSED);
    assertThat(run.last()).isEqualTo("CONFORMANCE passed 93 failed 0 refused 12 raw-passed 91");
    assertThat(run.exit()).isZero();
  }

  @Test
  void aRefusalNamesTheInputAndTheReason() {
    assertThat(Run.on(CASES.resolve("node/test_identity_sequence")).lines())
        .first()
        .asString()
        .contains("refused model.onnx: input x: found sequence(tensor(float32)), expected only");
  }

  @Test
  void theSelectionHasEveryElementTypeAndAwkwardShape() throws Exception {
    Set<ElementType> asked = EnumSet.noneOf(ElementType.class);
    Set<ElementType> answered = EnumSet.noneOf(ElementType.class);
    Set<Integer> ranks = new TreeSet<>();
    List<String> withoutElements = new ArrayList<>();
    for (TestCase test : answered()) {
      types(test.inputs(), asked);
      types(test.expected(), answered);
      for (Tensor tensor : tensors(test.inputs()).toList()) {
        ranks.add(tensor.shape().size());
        if (tensor.count() == 0) {
          withoutElements.add(test.name());
        }
      }
    }
    assertThat(asked).containsExactly(ElementType.values());
    assertThat(answered).containsExactly(ElementType.values());
    assertThat(ranks).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(withoutElements).hasSizeGreaterThan(4);
  }

  private static List<TestCase> answered() throws IOException {
    List<String> refused = List.of(REFUSED);
    return TestCase.below(CASES).stream().filter(test -> !refused.contains(test.name())).toList();
  }

  private static void types(List<Map<String, Value>> sets, Set<ElementType> into) {
    tensors(sets).map(Tensor::type).forEach(into::add);
  }

  private static Stream<Tensor> tensors(List<Map<String, Value>> sets) {
    return sets.stream().flatMap(set -> set.values().stream()).flatMap(v -> v.tensors().stream());
  }
}
