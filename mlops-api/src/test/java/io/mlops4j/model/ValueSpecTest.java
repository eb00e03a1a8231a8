package io.mlops4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ValueSpecTest {
  @Test
  void theTypeIsThatOfTheInnermostElements() {
    TensorSpec scores = new TensorSpec("", ElementType.FLOAT32, List.of(), false);
    MapSpec byLabel = new MapSpec("", ElementType.STRING, scores, false);
    SequenceSpec zipped = new SequenceSpec("probabilities", byLabel, false);
    assertThat(List.<ValueSpec>of(scores, byLabel, zipped))
        .extracting(ValueSpec::type)
        .containsOnly(ElementType.FLOAT32);
  }
}
