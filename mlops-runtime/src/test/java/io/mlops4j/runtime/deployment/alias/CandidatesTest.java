package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.card;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus.Refusal;
import io.mlops4j.runtime.deployment.DeploymentStatus.Verdict;
import io.mlops4j.runtime.deployment.alias.DeploymentFixture.Sum;
import io.mlops4j.runtime.deployment.alias.DeploymentFixture.Term;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without golden rows, a broken version does not serve either. */
class CandidatesTest {
  @TempDir private Path folder;
  private DeploymentFixture plus;

  @BeforeEach
  void publishThreeVersions() {
    plus = new DeploymentFixture(folder);
    plus.assign(CHAMPION, plus.v1);
  }

  @AfterEach
  void nothingIsLeft() {
    plus.close();
  }

  private Refusal refusal(Deployment deployment, ModelVersion version) {
    plus.assign(CHAMPION, version);
    Refusal refusal = deployment.refresh().refused().orElseThrow();
    assertThat(refusal.record().to()).isEqualTo(version);
    assertThat(plus.ask(deployment, 0)).isEqualTo(1);
    return refusal;
  }

  @ParameterizedTest
  @CsvSource({
    "renamed, no output y",
    "double, 'the output y: float64[N] instead of y: float32[N]'",
    "other_input, 'the new input column w, no input column x'"
  })
  void aVersionThatCallersCannotUseIsRefused(String file, String found) {
    try (Deployment deployment = plus.champion().start()) {
      Refusal refusal = refusal(deployment, plus.publish(file, card().build()));
      assertThat(refusal.verdict()).isEqualTo(Verdict.INTERFACE);
      assertThat(refusal.reason()).contains("found " + found).contains("allowSignatureChange");
    }
  }

  @Test
  void moreOutputsAreFineAndAChangeCanBeAllowed() {
    try (Deployment deployment = plus.champion().start()) {
      plus.assign(CHAMPION, plus.publish("more", card().build()));
      assertThat(deployment.refresh().refused()).isEmpty();
      assertThat(plus.ask(deployment, 0)).isEqualTo(4);
    }
    plus.assign(CHAMPION, plus.v1);
    try (Deployment deployment = plus.champion().allowSignatureChange().start()) {
      ModelVersion renamed = plus.publish("renamed", card().build());
      plus.assign(CHAMPION, renamed);
      assertThat(deployment.refresh().serving().version()).hasValue(renamed);
    }
  }

  @Test
  void nanIsRefusedUnlessAllowed() {
    ModelVersion nan = plus.publish("nan", card().build());
    try (Deployment deployment = plus.champion().start()) {
      Refusal refusal = refusal(deployment, nan);
      assertThat(refusal.verdict()).isEqualTo(Verdict.ANSWERS);
      assertThat(refusal.reason()).contains("found NaN in output y at 0").contains("allowNan");
    }
    plus.assign(CHAMPION, nan);
    assertThatThrownBy(() -> plus.champion().start()).isInstanceOf(ModelLoadException.class);
    try (Deployment deployment = plus.champion().allowNan().start()) {
      assertThat(plus.ask(deployment, 0)).isNaN();
    }
  }

  @Test
  void aVersionThatFailsOnItsFirstCallIsRefused() {
    ModelVersion fault =
        plus.registry.publish(
            card().build(), Path.of("src/test/resources/io/mlops4j/runtime/models/fault.onnx"));
    try (Deployment deployment = plus.champion().start()) {
      assertThat(refusal(deployment, fault).verdict()).isIn(Verdict.ANSWERS, Verdict.LOAD);
    }
  }

  @Test
  void recentRowsOfCallersAreAnsweredFirstUnlessNoneAreKept() {
    ModelVersion root = plus.publish("root", card().build());
    try (Deployment deployment = plus.champion().start()) {
      plus.assign(CHAMPION, root);
      assertThat(deployment.refresh().refused()).as("without rows").isEmpty();
      plus.assign(CHAMPION, plus.v1);
      deployment.refresh();
      assertThat(plus.ask(deployment, -1)).isZero();
      Refusal refusal = refusal(deployment, root);
      assertThat(refusal.verdict()).isEqualTo(Verdict.ANSWERS);
      assertThat(refusal.reason())
          .contains("found NaN in output y at 0 when called with recent rows of callers");
    }
    plus.assign(CHAMPION, plus.v1);
    try (Deployment deployment = plus.champion().withoutRecentRows().start()) {
      assertThat(plus.ask(deployment, -1)).isZero();
      plus.assign(CHAMPION, root);
      assertThat(deployment.refresh().refused()).isEmpty();
    }
  }

  @Test
  void recentRowsOfAsynchronousCallersAreAnsweredFirstToo() {
    ModelVersion root = plus.publish("root", card().build());
    try (Deployment deployment = plus.champion().start();
        FeatureBatch batch =
            FeatureBatch.builder(plus.loader.allocator()).floats("x", -1).build()) {
      float answer =
          deployment.predictAsync(batch, CallOptions.withDefaults(), p -> p.floats("y")[0]).join();
      assertThat(answer).isZero();
      assertThat(refusal(deployment, root).reason())
          .contains("found NaN in output y at 0 when called with recent rows of callers");
    }
  }

  @Test
  void rowsOfManyCallsAreAnsweredFirstIfCallsHaveOneRow() {
    ModelVersion root = plus.publish("root", card().build());
    try (Deployment deployment = plus.champion().start()) {
      for (int call = 0; call < 20; call++) {
        plus.ask(deployment, call);
      }
      plus.ask(deployment, -1);
      assertThat(refusal(deployment, root).reason())
          .contains("found NaN in output y at 0 when called with recent rows of callers");
    }
  }

  @Test
  void recordsOfCallersAreAnsweredFirstToo() {
    ModelVersion root = plus.publish("root", card().build());
    List<Consumer<RowModel<Term, Sum>>> calls =
        List.of(
            rows -> rows.predict(new Term(-1)),
            rows -> rows.predict(List.of(new Term(1), new Term(-1))),
            rows -> rows.predictAsync(new Term(-1), CallOptions.withDefaults()).join());
    for (UnaryOperator<Deployment.Builder> way :
        List.<UnaryOperator<Deployment.Builder>>of(
            builder -> builder, builder -> builder.fallbackTo(Map.of("y", 0f)))) {
      for (Consumer<RowModel<Term, Sum>> call : calls) {
        plus.assign(CHAMPION, plus.v1);
        try (Deployment deployment = way.apply(plus.champion()).start()) {
          call.accept(deployment.rows(Term.class, Sum.class));
          assertThat(refusal(deployment, root).reason())
              .contains("found NaN in output y at ")
              .contains("when called with recent rows of callers");
        }
      }
    }
  }

  @Test
  void aRowThatIsNoNumberDoesNotExcuseTheOthersOfItsCall() {
    ModelVersion root = plus.publish("root", card().build());
    for (boolean excused : new boolean[] {true, false}) {
      plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment = plus.champion().start();
          FeatureBatch batch =
              FeatureBatch.builder(plus.loader.allocator())
                  .floats("x", Float.NaN, excused ? 1 : -1)
                  .build()) {
        deployment.predict(batch).close();
        if (excused) {
          plus.assign(CHAMPION, root);
          assertThat(deployment.refresh().refused()).isEmpty();
        } else {
          assertThat(refusal(deployment, root).reason()).contains("found NaN in output y at 1");
        }
      }
    }
  }

  /** A time for the monitor, or a note of the caller, says nothing about the model's numbers. */
  @Test
  void columnsThatTheModelDoesNotReadExcuseNoRow() {
    ModelVersion root = plus.publish("root", card().build());
    TimeStampSecVector at = new TimeStampSecVector("at", plus.loader.allocator());
    Float4Vector x = new Float4Vector("x", plus.loader.allocator());
    VarCharVector note = new VarCharVector("note", plus.loader.allocator());
    at.setSafe(0, 1);
    x.setSafe(0, -1);
    note.setNull(0);
    try (Deployment deployment = plus.champion().start();
        VectorSchemaRoot row = new VectorSchemaRoot(List.of(at, x, note))) {
      row.setRowCount(1);
      try (FeatureBatch batch = FeatureBatch.owning(row)) {
        deployment.predict(batch).close();
        assertThat(refusal(deployment, root).reason()).contains("found NaN in output y at 0");
      }
    }
  }

  private static TensorSpec tensor(String name, ElementType type) {
    return new TensorSpec(name, type, List.of(Dim.any()), false);
  }

  @Test
  void aCardWhoseSignatureContradictsTheBytesIsRefused() {
    ModelSignature right =
        new ModelSignature(
            List.of(tensor("x", ElementType.FLOAT32)), List.of(tensor("y", ElementType.FLOAT32)));
    ModelSignature wrong =
        new ModelSignature(
            List.of(tensor("x", ElementType.FLOAT64)),
            List.of(tensor("score", ElementType.FLOAT32)));
    try (Deployment deployment = plus.champion().start()) {
      Refusal refusal = refusal(deployment, plus.publish("plus2", card().signature(wrong).build()));
      assertThat(refusal.verdict()).isEqualTo(Verdict.LOAD);
      assertThat(refusal.reason())
          .contains("found the input x: float32[N], no output score")
          .contains("the signature that its card states, (x: float64[?]) -> (score: float32[?])");
      plus.assign(CHAMPION, plus.publish("plus2", card().signature(right).build()));
      assertThat(deployment.refresh().refused()).isEmpty();
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
    }
  }
}
